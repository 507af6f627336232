"""The folders that a sandboxed program can write, each a tmpfs of its own, held by a descriptor from outside.

A descriptor keeps its folder when every process and the whole mount namespace are gone: then nobody is left who could
change what is read there.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from dataclasses import dataclass

from workers.sandboxes.sandbox import in_words

# Numbers of system calls since Linux 5.2, the same on every processor, and their constants from linux/mount.h.
_FSCONFIG, _FSPICK = 431, 433
_FSPICK_CLOEXEC, _FSPICK_EMPTY_PATH = 1, 8
_SET_STRING, _RECONFIGURE = 1, 7
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Allowance:
    """What may lie in a folder. `spoken_bytes` and `spoken_files` are the limits as people know them."""

    path: str
    bytes: int
    files: int
    spoken_bytes: int
    spoken_files: int


@dataclass(frozen=True)
class Content:
    """What lies in a folder: `files` counts folders too.

    In words, `hit` is a limit that is reached, `too_many` one that was passed, as nobody but the worker keeps it.
    """

    bytes: int
    files: int
    hit: str | None
    too_many: str | None


class Folder:
    """One of them. Owns its descriptor until `close`."""

    def __init__(self, first_pid: int, allowance: Allowance) -> None:
        """Open it in the sandbox whose first process is `first_pid`. Raises OSError."""
        self.allowance = allowance
        path = f"/proc/{first_pid}/root{allowance.path}"
        self.descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        if self._as_asked:  # never a folder of the host's
            with suppress(OSError):  # of a worker that is not root, or on an older kernel; its watchdog counts
                self._limit_files()

    def content(self) -> Content:
        """How full it is."""
        state = os.fstatvfs(self.descriptor)
        used = (state.f_blocks - state.f_bfree) * state.f_frsize
        files = state.f_files - state.f_ffree
        where = f"in {self.allowance.path}"
        full = None if state.f_bfree else f"limit of {in_words(self.allowance.spoken_bytes)} of files {where}"
        many = f"limit of {self.allowance.spoken_files:,} files {where}"
        return Content(
            used,
            files,
            hit=full or (many if files >= self.allowance.files else None),
            too_many=many if files > self.allowance.files else None,
        )

    def close(self) -> None:
        """Let go of the folder, and with it of all that it holds."""
        os.close(self.descriptor)

    @property
    def _as_asked(self) -> bool:
        """True for a tmpfs of just the size that was asked for."""
        state = os.fstatvfs(self.descriptor)
        return state.f_blocks == -(-self.allowance.bytes // state.f_frsize)

    def _limit_files(self) -> None:
        """Have the kernel refuse one file too many; bubblewrap cannot ask for that. Raises OSError."""
        settings = _system_call(_FSPICK, self.descriptor, b"", _FSPICK_CLOEXEC | _FSPICK_EMPTY_PATH)
        try:
            number = str(self.allowance.files).encode()
            _system_call(_FSCONFIG, settings, _SET_STRING, b"nr_inodes", number, 0)
            _system_call(_FSCONFIG, settings, _RECONFIGURE, None, None, 0)
        finally:
            os.close(settings)


def _system_call(number: int, *arguments: int | bytes | None) -> int:
    """The call's answer. Raises OSError."""
    answer = _libc.syscall(ctypes.c_long(number), *arguments)
    if answer < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return int(answer)
