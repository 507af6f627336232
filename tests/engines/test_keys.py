from __future__ import annotations

import json
import os
import resource
import stat
import threading
from pathlib import Path

import pytest

from ide.engines.keys import Keys, NotKeys, is_key


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "keys.json"


def test_a_key_of_the_environment() -> None:
    keys = Keys({"A_KEY": " secret \n", "B_KEY": " "})
    assert (keys.get("A_KEY"), keys.get("B_KEY"), keys.get("C_KEY")) == ("secret", None, None)
    assert keys.from_environment("A_KEY")
    assert not keys.from_environment("B_KEY")


def test_a_stored_key_is_there_at_once_and_goes_again(file: Path) -> None:
    keys = Keys({}, file)
    assert keys.get("A_KEY") is None
    keys.store("A_KEY", "one")
    keys.store("B_KEY", "two")
    keys.store("A_KEY", "three")
    assert (keys.get("A_KEY"), keys.get("B_KEY")) == ("three", "two")
    keys.forget("A_KEY")
    keys.forget("A_KEY")
    assert (keys.get("A_KEY"), keys.stored("A_KEY"), keys.stored("B_KEY")) == (None, False, True)


def test_the_environment_wins(file: Path) -> None:
    keys = Keys({"A_KEY": "theirs"}, file)
    keys.store("A_KEY", "ours")
    assert keys.get("A_KEY") == "theirs"


def test_another_process_has_it_without_a_restart(file: Path) -> None:
    one, other = Keys({}, file), Keys({}, file)
    for key in ("first", "other"):
        one.store("A_KEY", key)
        assert other.get("A_KEY") == key
    other.forget("A_KEY")
    assert one.get("A_KEY") is None


def test_nobody_else_can_read_the_file(file: Path) -> None:
    before = os.umask(0)
    try:
        Keys({}, file).store("A_KEY", "one")
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_is_made_anew_loses_an_open_mode(file: Path) -> None:
    keys = Keys({}, file)
    keys.store("A_KEY", "one")
    file.chmod(0o644)
    keys.store("B_KEY", "two")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert keys.get("A_KEY") == "one"


def test_keys_that_are_stored_at_the_same_time_are_all_kept(file: Path) -> None:
    names = [f"KEY_{number}" for number in range(12)]
    threads = [threading.Thread(target=Keys({}, file).store, args=(name, name.lower())) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert json.loads(file.read_text()) == {name: name.lower() for name in names}
    # Nothing is left behind but the file and its lock.
    assert {path.name for path in file.parent.iterdir()} == {"keys.json", "keys.lock"}


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '{"A_KEY": "one"', "\ud83d"])
def test_a_file_that_is_not_ours_holds_no_keys_and_is_left_as_it_is(file: Path, text: str) -> None:
    content = text.encode("utf-8", "surrogatepass")
    file.parent.mkdir()
    file.write_bytes(content)
    keys = Keys({}, file)
    assert keys.get("A_KEY") is None
    with pytest.raises(NotKeys, match=r"keys\.json"):
        keys.store("B_KEY", "two")
    with pytest.raises(NotKeys, match=r"keys\.json"):
        keys.forget("A_KEY")
    assert file.read_bytes() == content


@pytest.mark.parametrize("value", ["7", '""', "null"])
def test_what_cannot_be_a_key_is_none(file: Path, value: str) -> None:
    file.parent.mkdir()
    file.write_text(f'{{"A_KEY": {value}}}')
    keys = Keys({}, file)
    assert keys.get("A_KEY") is None
    keys.store("A_KEY", "one")
    assert keys.get("A_KEY") == "one"


def test_a_file_that_cannot_be_read_for_a_while_loses_nothing(file: Path) -> None:
    keys = Keys({}, file)
    keys.store("A_KEY", "one")
    assert keys.get("A_KEY") == "one"
    aside = file.rename(file.with_suffix(".aside"))
    # A link to itself: nobody can read it, not even an administrator.
    file.symlink_to(file)
    assert keys.get("A_KEY") == "one"
    with pytest.raises(OSError, match=r"keys\.json"):
        keys.store("B_KEY", "two")
    aside.replace(file)
    keys.store("B_KEY", "two")
    assert (keys.get("A_KEY"), keys.get("B_KEY")) == ("one", "two")


def test_a_failed_reading_is_not_remembered(file: Path) -> None:
    Keys({}, file).store("A_KEY", "one")
    keys = Keys({}, file)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Every file that is opened now is one too many.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        failed = keys.get("A_KEY")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert (failed, keys.get("A_KEY")) == (None, "one")


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(OSError, match="data"):
        Keys({}, tmp_path / "data" / "keys.json").store("A_KEY", "one")


@pytest.mark.parametrize("text", ["", "a b", "a\r\nX-Evil: 1", "clé", "a\x00", "\t"])
def test_what_is_no_key(text: str) -> None:
    assert not is_key(text)


def test_what_may_be_one() -> None:
    assert is_key("sk-proj_Ab0/+=.~")
