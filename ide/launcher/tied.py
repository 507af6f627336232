"""Runs a command whose life is tied to its parent's: `python tied.py SIGNAL PARENT COMMAND…`.

When the process PARENT ends, however it ends, the command gets SIGNAL (Linux; elsewhere the command just runs).
Standard library only, and run by path, so that it costs a few milliseconds.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def tie(signal_number: int, parent: int) -> None:
    """Ask the kernel for `signal_number` when `parent`, the process that started this one, ends."""
    if sys.platform != "linux":
        return
    # The request outlives execve, but belongs to the thread that forked us: parents start children from one thread.
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    # It may have ended before the request.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal_number)


if __name__ == "__main__":
    tie(getattr(signal, f"SIG{sys.argv[1]}"), int(sys.argv[2]))
    os.execvp(sys.argv[3], sys.argv[3:])  # noqa: S606
