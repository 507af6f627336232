"""Processes that take part in a measurement: how they are started, and what they use."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from tests.stack import ROOT


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
