"""Sparkroom as people run it: `manage.py serve` with a data folder and a port of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
TIED = ROOT / "ide" / "launcher" / "tied.py"
SECONDS_TO_START = 90
SECONDS_TO_STOP = 20
LINES_OF_LOG = 60
# What a process needs to run here. Settings and keys of whoever runs the tests are none of it.
KEPT = ("HOME", "LANG", "PATH", "PLAYWRIGHT_BROWSERS_PATH", "PYTHONDONTWRITEBYTECODE", "TMPDIR")


class Stack:
    """A started Sparkroom; a context manager that stops it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """`folder` gets the data and the log; `settings` are environment variables."""
        self.port = free_port()
        self.base_url = f"http://localhost:{self.port}"
        self.preview_url = f"http://127.0.0.1:{self.port}"
        self.ws_url = f"ws://localhost:{self.port}"
        self.data = folder / "data"
        self._log = folder / "serve.log"
        self._settings = {"PORT": str(self.port), "SPARKROOM_DATA": str(self.data), **settings}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The launcher's process id."""
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it is ready. Raises AssertionError, with its log, if it ends instead."""
        began = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-IS", TIED, "TERM", str(os.getpid())),
                    *(sys.executable, "manage.py", "serve"),
                ],
                cwd=ROOT,
                env={name: os.environ[name] for name in KEPT if name in os.environ} | self._settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while b"Sparkroom is ready" not in self._log.read_bytes()[began:]:
            assert self._process.poll() is None, f"It ended with code {self._process.returncode}:\n{self.log()}"
            assert time.monotonic() < deadline, f"It was not ready in {SECONDS_TO_START} s:\n{self.log()}"
            time.sleep(0.05)

    def stop(self) -> int:
        """Ask it to end, and wait. Answers its exit code."""
        if not self._process:
            return 0
        process, self._process = self._process, None
        process.terminate()
        try:
            return process.wait(SECONDS_TO_STOP)
        finally:
            process.kill()
            process.wait()

    def wait(self) -> int:
        """Wait until it has ended by itself. Answers its exit code."""
        assert self._process
        return self._process.wait(SECONDS_TO_STOP)

    def restart(self) -> None:
        """Stop it and start it again: the same port, the same data."""
        self.stop()
        self.start()

    def log(self) -> str:
        """The last lines that it wrote."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-LINES_OF_LOG:])


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
