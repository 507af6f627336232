from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest
from redis import Redis

from ide.launcher import redis
from ide.launcher.children import redis_child
from ide.launcher.supervisor import Supervisor


def test_the_socket_is_in_the_data_folder_if_its_path_is_short() -> None:
    with tempfile.TemporaryDirectory(prefix="sparkroom-") as folder:
        assert redis.socket_path(Path(folder)) == Path(folder) / "redis" / "redis.sock"


def test_a_long_path_goes_to_a_private_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(prefix="sparkroom-") as temporary:
        monkeypatch.setattr(tempfile, "tempdir", temporary)
        data = tmp_path / ("long" * 25)
        path = redis.socket_path(data)

        assert path.is_relative_to(temporary)
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert path == redis.socket_path(data), "the same folder after a restart"
        assert path != redis.socket_path(tmp_path / ("else" * 25))


def test_a_temporary_folder_that_is_a_link_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(prefix="sparkroom-") as temporary:
        monkeypatch.setattr(tempfile, "tempdir", temporary)
        data = tmp_path / ("long" * 25)
        place = redis.socket_path(data).parent
        place.rmdir()
        place.symlink_to(tmp_path)

        with pytest.raises(redis.NoRedis, match="belongs to somebody else"):
            redis.socket_path(data)


async def test_redis_answers_on_a_long_path_and_on_no_port() -> None:
    with tempfile.TemporaryDirectory(prefix="sparkroom-") as temporary:
        path = redis.socket_path(Path(temporary))
        assert not await redis.answers(path)
        supervisor = Supervisor(print)
        child = redis_child(path)
        await supervisor.start(child)
        try:
            with Redis(unix_socket_path=str(path)) as client:
                assert client.config_get("port") == {"port": "0"}
                assert client.config_get("save") == {"save": ""}
                assert client.config_get("appendonly") == {"appendonly": "no"}
        finally:
            await supervisor.end(child)
        assert not await redis.answers(path)


def test_a_missing_redis_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis, "BUNDLED", "")
    monkeypatch.setitem(os.environ, "PATH", "")
    with pytest.raises(redis.NoRedis, match="Install redis-server"):
        redis.executable()
