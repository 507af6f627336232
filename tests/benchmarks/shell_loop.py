"""The sandbox's own command, again and again from a shell: what a worker that did nothing else would reach."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

from tests.workers.limits import LIMITS
from workers.sandboxes import arguments, seccomp
from workers.sandboxes.channels import BEGIN
from workers.sandboxes.descriptors import Descriptors
from workers.sandboxes.parcel import packed
from workers.sandboxes.sandbox import Order
from workers.sandboxes.spawner import ORDINARY_ID
from workers.sandboxes.toolchain import locate

AT_ONCE = 2


class ShellLoop:
    """A script that carries out one order. A context manager that removes it."""

    def __init__(self, files: Mapping[str, bytes], command: Sequence[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sparkroom-loop-")
        self._script = Path(self._folder.name, "once.sh")
        self._write(Order(files=files, command=command, limits=LIMITS))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._folder.cleanup()

    def run(self, count: int) -> float:
        """Seconds for `count` times. Raises AssertionError unless every one of them spoke."""
        began = perf_counter()
        numbers = "\n".join(map(str, range(count))).encode()
        loop = ["xargs", "-P", str(AT_ONCE), "-I{}", "bash", str(self._script)]
        done = subprocess.run(loop, input=numbers, capture_output=True, check=True)
        assert done.stdout.count(b"first") == count, done.stdout[-500:]
        return perf_counter() - began

    def _write(self, order: Order) -> None:
        """What the worker lends as files in memory, the script opens as files of a folder."""
        parcel, toolchain = packed(order.files), locate()
        with Descriptors() as lent:
            variables = arguments.environment(order)
            folders = arguments.allowances(order, parcel)
            mounts = arguments.mounts(order, folders, variables, toolchain, toolchain.links, lent)
            words = b"".join(os.fsencode(word) + b"\0" for word in mounts)
            content = {number: Path(f"/proc/self/fd/{number}").read_bytes() for number in lent.lent}
        given = max(content, default=9) + 1
        content |= {0: parcel.archive, 1: BEGIN, given: words, given + 1: seccomp.program()}
        opened = []
        for number, data in content.items():
            file = Path(self._folder.name, str(number))
            file.write_bytes(data)
            opened.append(f"{number}<{file}")
        if os.geteuid() == 0:
            Path(self._folder.name).chmod(0o755)
            ordinary = f"setpriv --reuid {ORDINARY_ID} --regid {ORDINARY_ID} --clear-groups"
        else:
            ordinary = ""
        command = shlex.join(arguments.command(order, parcel))
        bubblewrap = f"env -i /usr/bin/bwrap --args {given} --seccomp {given + 1} -- {command}"
        self._script.write_text(f"exec 90>&1\n{ordinary} {bubblewrap} {' '.join(opened)} 2>&90 90>&-\n")
