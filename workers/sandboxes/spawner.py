"""The one thread that starts processes.

Linux sends the signal of `--die-with-parent` when the *thread* that started the process ends, not when the process
does. Threads of a pool come and go; this one stays until the worker is gone, and its sandboxes go with it.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext

_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")

# Rooms run as nobody in particular: an id that distributions leave unused (systemd, "UIDs and GIDs").
ORDINARY_ID = 60_750
# Python itself could only change the user by copying the whole worker first, which takes longer the larger it is.
_CHROOT = shutil.which("chroot", path="/usr/sbin:/usr/bin:/sbin:/bin") or "/usr/sbin/chroot"


def spawn(
    arguments: Sequence[str],
    stdin: int,
    stdout: int,
    stderr: int,
    pass_fds: Collection[int],
    ordinary_id: int | None,
    within: AbstractContextManager[None] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program with an empty environment, as `ordinary_id` if given, by a thread that is `within` meanwhile.

    Raises OSError if it cannot be started.
    """

    if ordinary_id is not None:
        arguments = [_CHROOT, f"--userspec=+{ordinary_id}:+{ordinary_id}", "--groups=", "/", *arguments]

    def start() -> subprocess.Popen[bytes]:
        with within or nullcontext():
            return subprocess.Popen(
                arguments,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                pass_fds=list(pass_fds),
                env={},
                cwd="/",
                # The worker's terminal may send ^C to its process group: sandboxes end by the worker's hand alone.
                start_new_session=True,
            )

    return _thread.submit(start).result()
