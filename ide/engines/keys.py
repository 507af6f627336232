"""The keys of models: the environment's, and those that the operator pasted, which one file of mode 0600 holds.

The environment wins. The file is looked at again whenever it changed, so that every process of this machine has a key
as soon as one was pasted into any of them.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

_FILE_BYTES: Final = 1_000_000


class NotKeys(Exception):
    """The file holds something else than keys, and is left as it is."""


class Keys:
    """Keys by the names of their variables.

    Changes raise `OSError` where the file cannot be read or written, and `NotKeys`. What was read last counts as long
    as the file cannot be read.
    """

    def __init__(self, environment: Mapping[str, str], file: Path | None = None) -> None:
        """`file` need not exist. Without one, nothing can be stored."""
        self._environment = environment
        self._file = file
        self._stored: dict[str, str] = {}
        self._seen: tuple[int, int, int] | None = None

    def get(self, name: str) -> str | None:
        """The key that `name` stands for, if there is one."""
        return self._environment.get(name, "").strip() or self._read().get(name)

    def from_environment(self, name: str) -> bool:
        """Whether the environment sets it, so that nothing stored has an effect."""
        return bool(self._environment.get(name, "").strip())

    def stored(self, name: str) -> bool:
        """Whether it was pasted here."""
        return name in self._read()

    def store(self, name: str, key: str) -> None:
        """Keep `key` under `name`, in place of an earlier one."""
        self._change(name, key)

    def forget(self, name: str) -> None:
        """Drop what was stored under `name`, if anything was."""
        self._change(name, None)

    def _read(self) -> dict[str, str]:
        if self._file is None:
            return {}
        try:
            state = self._file.stat()
        except FileNotFoundError:
            self._stored, self._seen = {}, None
            return self._stored
        except OSError:
            return self._stored
        # A file is never written in place: another content is another inode.
        seen = (state.st_ino, state.st_mtime_ns, state.st_size)
        if seen != self._seen:
            # A failure may pass while the file stays the same, so that is not remembered.
            with suppress(OSError, NotKeys):
                self._stored, self._seen = _load(self._file), seen
        return self._stored

    def _change(self, name: str, key: str | None) -> None:
        if self._file is None:
            raise OSError("there is no place for keys")
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with _locked(self._file.with_suffix(".lock")):
            keys = {known: value for known, value in _load(self._file).items() if known != name}
            if key is not None:
                keys[name] = key
            fresh = self._file.with_suffix(f".{token_hex(4)}")
            # Made with its mode: between `open` and `chmod` others could open it.
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                    json.dump(keys, stream)
                    stream.flush()
                    os.fsync(stream.fileno())
                fresh.replace(self._file)
            except BaseException:
                fresh.unlink(missing_ok=True)
                raise


def is_key(text: str) -> bool:
    """Whether `text` can be sent as a key. It becomes a header: anything else would be a way to write others."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def _load(file: Path) -> dict[str, str]:
    """What the file holds; nothing if there is none. Raises `OSError` or `NotKeys`."""
    try:
        with file.open("rb") as stream:
            parsed = json.loads(stream.read(_FILE_BYTES))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        raise NotKeys(f"{file.name} is not JSON, or over {_FILE_BYTES} bytes") from None
    if not isinstance(parsed, dict):
        raise NotKeys(f"{file.name} is no JSON object")
    return {name: key for name, key in parsed.items() if isinstance(key, str) and key}


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Alone among the processes that change the file."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
