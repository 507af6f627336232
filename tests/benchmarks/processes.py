"""Processes that take part in a measurement: how they are started, and what they use."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from tests.stack import ROOT

SECONDS_TO_START = 30


@contextmanager
def module(name: str, *arguments: str) -> Iterator[tuple[int, str]]:
    """`python -m name …`, which prints its address when it is ready. Gives its process id and that address."""
    command = [sys.executable, "-m", name, *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            address = process.stdout.readline().strip()
            assert address, f"{name} ended before it was ready"
            yield process.pid, address
        finally:
            process.terminate()


@contextmanager
def listening(port: int, name: str, *arguments: str, **environment: str) -> Iterator[int]:
    """`python -m name …` with these environment variables, once it listens on `port`. Gives its process id."""
    command = [sys.executable, "-m", name, *arguments]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}) as process:
        try:
            deadline = time.monotonic() + SECONDS_TO_START
            while not _listens(port):
                assert process.poll() is None, f"{name} ended before it was ready"
                assert time.monotonic() < deadline, f"{name} was not ready in {SECONDS_TO_START} s"
                time.sleep(0.05)
            yield process.pid
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def web_process(launcher: int) -> int:
    """The id of the process that serves the web, among those that the launcher started."""
    for child in psutil.Process(launcher).children(recursive=True):
        if any(word.startswith("ide.launcher.servers.") for word in child.cmdline()):
            return child.pid
    raise LookupError("no web process")


def cpu_seconds(pid: int, *, children: bool = False) -> float:
    """The processor time that a process has used so far, in steps of about 10 ms."""
    process = psutil.Process(pid)
    members = [process, *process.children(recursive=True)] if children else [process]
    used = (member.cpu_times() for member in members)
    return sum(times.user + times.system for times in used)
