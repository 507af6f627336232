"""Sandboxes by bubblewrap: user, process, network and mount namespaces without any privilege.

A sandbox is started in steps. First bubblewrap sets everything up and waits; then the worker takes hold of its
processes and folders from outside; then the files go in, and with the word to begin the program is executed.
"""

from __future__ import annotations

import os
import shutil
import termios
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from workers.sandboxes import arguments, probe, seccomp
from workers.sandboxes.arguments import TOOLS
from workers.sandboxes.channels import (
    MOST_REPORT_BYTES,
    MOST_REPORTS,
    MOST_TALK,
    MOST_TALK_BYTES,
    REPORT_BYTES,
    TALK_BYTES,
    Channels,
    Input,
    Lines,
    Output,
    Told,
)
from workers.sandboxes.descriptors import Descriptors
from workers.sandboxes.groups import Group, Groups
from workers.sandboxes.parcel import Parcel, packed
from workers.sandboxes.process import BubblewrapSandbox
from workers.sandboxes.sandbox import Order, Refused
from workers.sandboxes.spawner import ORDINARY_ID, spawn
from workers.sandboxes.toolchain import Toolchain
from workers.sandboxes.watchdog import Watchdog


class Bubblewrap:
    """The `SandboxBackend` that ships. `toolchain` must be installed; `program` is bubblewrap, if not the machine's.

    `groups` are the worker's control groups, if not those that it can find.
    """

    def __init__(self, toolchain: Toolchain, program: str | None = None, groups: Groups | None = None) -> None:
        self._toolchain = toolchain
        self._program = program or shutil.which("bwrap", path="/usr/local/bin:/usr/bin:/bin")
        self._ordinary_id = ORDINARY_ID if os.geteuid() == 0 else None
        self._groups = groups or Groups()

    @cached_property
    def _filter(self) -> bytes:
        return seccomp.program()

    @cached_property
    def _links(self) -> Mapping[Path, Path]:
        return self._toolchain.links

    def availability(self) -> str | None:
        """Execute a program that tries what must hold. See `SandboxBackend.availability`."""
        lack = probe.lack(self)
        return None if lack is None else f"not available here: {lack}"

    def start(self, order: Order) -> BubblewrapSandbox:
        """See `SandboxBackend.start`."""
        parcel = packed(order.files)
        return self.ready(order, parcel).begin(order, parcel)

    def ready(self, order: Order, parcel: Parcel, *, waits: bool = False) -> Ready:
        """A sandbox that waits for a parcel of at most this size, whose command `waits` itself or has not begun.

        Raises `Refused`.
        """
        if self._program is None:
            raise Refused("bubblewrap is not installed; on Debian and Ubuntu: apt install bubblewrap")
        if not self._toolchain.installed:
            raise Refused("the sandbox's toolchain is not installed: python -m workers.sandboxes.toolchain")
        try:
            group = self._groups.make(order.limits)
            try:
                with Descriptors() as descriptors:
                    ready = self._set_up(self._program, order, parcel, group, descriptors, waits=waits)
            except BaseException:
                if group:
                    group.remove()
                raise
            try:
                ready.sandbox.await_set_up()
            except BaseException:
                ready.close()
                raise
        except (OSError, NotImplementedError, ValueError) as error:
            raise _not_set_up(error) from error
        return ready

    def _set_up(
        self,
        program: str,
        order: Order,
        parcel: Parcel,
        group: Group | None,
        descriptors: Descriptors,
        *,
        waits: bool,
    ) -> Ready:
        """Have bubblewrap begin."""
        status_read, status_write = descriptors.from_child()
        if order.terminal:
            output, keys, terminal = descriptors.terminal()
            termios.tcsetwinsize(keys, (order.terminal.rows, order.terminal.columns))
            stdout = stderr = terminal
        else:
            output, stderr = descriptors.from_child()
            keys, stdout = descriptors.to_child()
        variables = arguments.environment(order)
        reports = talk = told = None
        if order.modules:
            read, write = descriptors.from_child()
            reports = Lines(read, "report", REPORT_BYTES, MOST_REPORT_BYTES, MOST_REPORTS)
            variables |= {"SPARKROOM_REPORT": str(write), "SPARKROOM_TOOLS": TOOLS, "PYTHONPATH": TOOLS}
        if order.talk:
            (read, write), (tell, hear) = descriptors.from_child(), descriptors.to_child()
            talk = Lines(read, "debugger message", TALK_BYTES, MOST_TALK_BYTES, MOST_TALK)
            told = Told(tell)
            variables["SPARKROOM_TALK"] = f"{hear},{write}"
        archive, stdin = descriptors.later("files")
        folders = arguments.allowances(order, parcel)
        mounts = arguments.mounts(order, folders, variables, self._toolchain, self._links, descriptors)
        words = [
            program,
            *arguments.in_memory(mounts, descriptors),
            *("--seccomp", str(descriptors.content("seccomp", self._filter))),
            *("--json-status-fd", str(status_write)),
            "--",
            *arguments.command(order, parcel, waits=waits),
        ]
        channels = Channels(
            Output(output, order.limits.output_bytes),
            Input(keys, terminal=order.terminal is not None),
            reports,
            talk,
            told,
        )
        sandbox = BubblewrapSandbox(channels, descriptors.bell())
        passed = set(descriptors.lent) - {stdin, stdout, stderr}
        within = group.entered() if group else None
        process = spawn(words, stdin, stdout, stderr, passed, self._ordinary_id, within)
        try:
            sandbox.watch(Watchdog(process, status_read, order.limits, folders, sandbox.on_gone, group, patient=waits))
        except BaseException:
            process.kill()  # nothing runs unwatched
            raise
        return Ready(sandbox, archive)


class Ready:
    """A sandbox that is set up and has executed nothing of an order. It is begun or closed, once."""

    def __init__(self, sandbox: BubblewrapSandbox, archive: int) -> None:
        """`archive` is the file in memory that its files are read from."""
        self.sandbox = sandbox
        self._archive = archive

    def begin(self, order: Order, parcel: Parcel) -> BubblewrapSandbox:
        """Put the order's files in and have its command executed. Raises `Refused`."""
        try:
            os.pwrite(self._archive, parcel.archive, 0)
            os.close(self._archive)
            self.sandbox.begin(order.files)
        except OSError as error:
            self.sandbox.close()
            raise _not_set_up(error) from error
        return self.sandbox

    def close(self) -> None:
        """End it without."""
        os.close(self._archive)
        self.sandbox.close()


def _not_set_up(error: Exception) -> Refused:
    return Refused(f"the sandbox could not be set up: {error}")
