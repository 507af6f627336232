from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ide.launcher.claims import DataFolder, Refused, listen
from tests.stack import ROOT, free_port


def serve(data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """`manage.py serve`, which is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SPARKROOM_DATA": str(data), "PORT": str(free_port()), **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_second_launcher_on_one_data_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    with DataFolder(tmp_path, "http://localhost:8000"):
        second = serve(tmp_path)

    assert second.returncode == 1
    assert second.stderr == (
        f"Sparkroom is already running on {tmp_path}: process {os.getpid()} at http://localhost:8000. "
        "Stop it first, or set SPARKROOM_DATA to another folder.\n"
    )
    assert second.stdout == ""


def test_a_data_folder_is_free_again_once_its_launcher_is_gone(tmp_path: Path) -> None:
    with DataFolder(tmp_path, "http://localhost:8000"):
        pass
    with DataFolder(tmp_path, "http://localhost:8001"):
        assert (tmp_path / "serve.lock").read_text() == f"process {os.getpid()} at http://localhost:8001"


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = serve(tmp_path, PORT=str(port))

    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is taken by another program. Choose another one: ")
    assert done.stderr.count("\n") == 1


def test_a_taken_port_of_the_previews_is_said_with_the_setting_that_moves_it(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.2", 0))
        other.listen()
        port = other.getsockname()[1]
        done = serve(tmp_path, HOST="127.0.0.2", SPARKROOM_PREVIEW_PORT=str(port))

    assert done.returncode == 1
    assert done.stderr.startswith(
        f"Port {port} is taken by another program. Choose another one: SPARKROOM_PREVIEW_PORT="
    )


@pytest.mark.parametrize(
    ("setting", "value", "allowed"),
    [
        ("PORT", "eighty", "from 1 to 65535"),
        ("SPARKROOM_SERVER", "gunicorn", "one of daphne, uvicorn"),
        ("SPARKROOM_OPERATOR_PAGE", "no", "one of 0, 1"),
        ("HOST", "192.0.2.1", "a name or an address of this machine"),
    ],
)
def test_a_wrong_setting_ends_the_start_with_one_line(tmp_path: Path, setting: str, value: str, allowed: str) -> None:
    done = serve(tmp_path, **{setting: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"{setting}='{value}' is not allowed: ")
    assert done.stderr.endswith(f"{allowed}\n")
    assert done.stderr.count("\n") == 1


def test_one_part_alone_needs_a_redis_that_others_use(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", "--only", "worker"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SPARKROOM_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "REDIS_URL is not set: --only worker needs the Redis that the other parts use\n"


def test_every_address_means_ipv4_too() -> None:
    with listen("::", free_port()) as everywhere, socket.socket() as client:
        client.connect(("127.0.0.1", everywhere.getsockname()[1]))


def test_localhost_means_the_address_of_its_previews() -> None:
    with listen("localhost", free_port()) as here:
        assert here.getsockname()[0] == "127.0.0.1"


def test_a_name_that_is_no_host_is_refused() -> None:
    with pytest.raises(Refused, match=r"HOST='no\.such\.host\.invalid' is not allowed"):
        listen("no.such.host.invalid", 8000)
