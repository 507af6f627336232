"""The folder of interpreters and packages that every sandbox gets."""

from __future__ import annotations

from ide.launcher.setup.python import PYTHON
from ide.launcher.setup.steps import BUILD, ROOT, Failed, digest, run, say

SOURCES = ROOT / "workers" / "sandboxes"
STAMP = BUILD / "toolchain"


def toolchain() -> None:
    """See to the toolchain. Without it everything but runs works, so its lack ends nothing."""
    wanted = digest([SOURCES / "toolchain.py", SOURCES / "requirements.txt"])
    if not STAMP.is_file() or STAMP.read_text() != wanted:
        say("Preparing what programs can use in a sandbox (about 340 MB) …")
    try:
        # It looks for itself whether there is something to do: the folder is not the checkout's.
        run(PYTHON, "-m", "workers.sandboxes.toolchain", environment={"PIP_NO_CACHE_DIR": "1"})
    except Failed as failure:
        say(f"{failure}\nRuns are not available until this is mended; then give the same command again.")
    else:
        STAMP.write_text(wanted)
