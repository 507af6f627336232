"""Python's start-up module in a warm sandbox: the interpreter waits here for its files, and then goes on.

Its source is put into sandboxes as `sitecustomize`, which Python imports as the last thing before it opens the program
that its command line names. So what follows is what follows any start: no frame, module or path of ours is left.
"""

from __future__ import annotations

import os
import sys

# As in `channels.py`, which cannot be imported here.
WAITING, READY = b"\x1ewaiting\x1e", b"\x1eready\x1e"
_INPUT, _OUTPUT, _ARCHIVE = 0, 1, 3


def _wait() -> None:
    """Unpack the archive once the input's first line has come."""
    import tarfile

    os.write(_OUTPUT, WAITING)
    while os.read(_INPUT, 1) not in (b"\n", b""):
        pass
    with open(_ARCHIVE, "rb") as file, tarfile.open(fileobj=file) as archive:
        for entry in archive:
            if folder := os.path.dirname(entry.name):  # noqa: PTH120 -- pathlib is slow to import
                os.makedirs(folder, exist_ok=True)  # noqa: PTH103
            content = archive.extractfile(entry)
            with open(entry.name, "wb") as made:  # noqa: PTH123
                made.write(content.read() if content else b"")


def _leave() -> None:
    """Take back what a program could notice."""
    sys.path.remove(os.environ.pop("SPARKROOM_TOOLS"))
    os.environ.pop("PYTHONPATH")
    os.close(int(os.environ.pop("SPARKROOM_REPORT")))


_known = set(sys.modules)
_wait()
_leave()
for _name in sys.modules.keys() - _known:
    del sys.modules[_name]
os.write(_OUTPUT, READY)
