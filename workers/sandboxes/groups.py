"""Control groups: the kernel's own limits on all processes of a run together, wherever the worker may make groups.

Both versions are used as they are found. Version 1 is a hierarchy a controller: the thread that starts a sandbox steps
into its groups by itself, which costs nothing, and steps back. Version 2 knows no single threads there: the waiting
sandbox is moved, which costs about 10 ms (the kernel waits for every processor). Where no group may be made, the
watchdog alone keeps the limits.

The processors are divided too, though nothing is written for that: otherwise each session that a program opens would
get as much of a busy processor as the web process does, whatever its niceness; so do all runs together.
"""

from __future__ import annotations

import atexit
import os
import re
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path

from ide.wire.run_shapes import RunLimits

# What the kernel keeps for a run besides the memory of its programs: stacks, folders, page tables.
KERNEL_BYTES = 16 << 20
# Bubblewrap's own two processes and what stands before the program while it starts.
_OWN_PROCESSES = 8
_CONTROLLERS = frozenset({"memory", "pids", "cpuacct", "cpu"})
_UNIFIED = frozenset({"memory", "pids"})
# Of all objects of the process, which share its folders.
_numbers = count()
_OURS = re.compile(r"sparkroom-(\d+)-(\d+)")
_REMOVAL_SECONDS = 2.0
_AGAIN_SECONDS = 0.005


@dataclass(frozen=True)
class Hierarchy:
    """`outer` is the group that the worker is in or may divide, `own` the one it made for its runs."""

    outer: Path
    own: Path
    controllers: frozenset[str]
    unified: bool


class Group:
    """One run's: a folder in each hierarchy."""

    def __init__(self, folders: list[tuple[Hierarchy, Path]], limits: RunLimits) -> None:
        self._folders = folders
        self._limits = limits
        self._by_controller = {
            controller: folder for hierarchy, folder in folders for controller in hierarchy.controllers
        }

    @property
    def keeps_memory(self) -> bool:
        """True if the kernel itself holds the run to its memory and processes."""
        return {"memory", "pids"} <= self._by_controller.keys()

    def make(self) -> None:
        """Make the folders and write the limits. Raises OSError; `remove` takes back what was made."""
        for hierarchy, folder in self._folders:
            folder.mkdir(parents=True)
            if "pids" in hierarchy.controllers:
                _write(folder / "pids.max", self._limits.processes + _OWN_PROCESSES)
            if "memory" not in hierarchy.controllers:
                continue
            size = self._limits.memory_bytes + KERNEL_BYTES
            if hierarchy.unified:
                _write(folder / "memory.max", size)
                optional = {"memory.swap.max": 0, "memory.oom.group": 1}
            else:
                _write(folder / "memory.limit_in_bytes", size)
                optional = {"memory.memsw.limit_in_bytes": size}
            for name, value in optional.items():
                with suppress(OSError):  # a kernel without swap, or an older one
                    _write(folder / name, value)

    @contextmanager
    def entered(self) -> Generator[None, None, None]:
        """Have this thread's children begin in the groups, where threads can enter alone. Raises OSError."""
        try:
            for hierarchy, folder in self._folders:
                if not hierarchy.unified:
                    _write(folder / "tasks", 0)
            yield
        finally:
            for hierarchy, _ in self._folders:
                if not hierarchy.unified:
                    with suppress(OSError):  # what was started must not be forgotten; the next start enters its own
                        _write(hierarchy.outer / "tasks", 0)

    def adopt(self, processes: list[int]) -> None:
        """Move these processes in, where threads cannot enter alone. Raises OSError."""
        for hierarchy, folder in self._folders:
            if hierarchy.unified:
                for process in processes:
                    with suppress(ProcessLookupError):
                        _write(folder / "cgroup.procs", process)

    def usage(self) -> tuple[int, float | None, int]:
        """Bytes of memory and processes now, with the processor time so far between them; None if nobody counts it.

        Memory is what only exists because of the run: its programs' own, and the files that it holds in memory.
        """
        held = self._fields("memory", "memory.stat")
        memory = held.get("rss", 0) + held.get("anon", 0) + held.get("shmem", 0) + held.get("swap", 0)
        return memory, self.cpu_seconds(), self._number("pids", "pids.current")

    def cpu_seconds(self) -> float | None:
        """Processor time of every process that was ever in."""
        if "cpuacct" in self._by_controller:
            return self._number("cpuacct", "cpuacct.usage") / 1e9
        used = self._fields("memory", "cpu.stat").get("usage_usec")
        return None if used is None else used / 1e6

    def peak_bytes(self) -> int:
        """The most memory at one time, without the cache of the machine's files; 0 if nobody counts."""
        held = self._fields("memory", "memory.stat")
        cache = held.get("cache", 0) + held.get("file", 0) - held.get("shmem", 0)
        most = max(self._number("memory", name) for name in ("memory.max_usage_in_bytes", "memory.peak"))
        return max(0, most - cache)

    def out_of_memory(self) -> bool:
        """True once the kernel has ended a process of the run since it had no memory left."""
        names = ("memory.oom_control", "memory.events")
        return any(self._fields("memory", name).get("oom_kill") for name in names)

    def _number(self, controller: str, name: str) -> int:
        """A file that is one number; 0 if it is not there."""
        try:
            return int((self._by_controller[controller] / name).read_bytes())
        except (KeyError, OSError, ValueError):
            return 0

    def _fields(self, controller: str, name: str) -> dict[str, int]:
        """A file of names and numbers; nothing if it is not there."""
        try:
            lines = (self._by_controller[controller] / name).read_text().splitlines()
        except (KeyError, OSError):
            return {}
        return {name: int(value) for name, _, value in (line.partition(" ") for line in lines) if value.isdigit()}

    def remove(self) -> None:
        """Give the folders back once every process has left."""
        for _, folder in self._folders:
            _remove(folder)


class Groups:
    """Those of one worker: in the `hierarchies` named, or in all that it can use, which are looked for when needed."""

    def __init__(self, hierarchies: Sequence[Hierarchy] | None = None) -> None:
        self._given = hierarchies

    @cached_property
    def _hierarchies(self) -> Sequence[Hierarchy]:
        if self._given is not None:
            return self._given
        atexit.register(self.remove)
        return list(_usable())

    def make(self, limits: RunLimits) -> Group | None:
        """A group with these limits, or None where the worker may make none."""
        if not self._hierarchies:
            return None
        number = next(_numbers)
        group = Group([(hierarchy, hierarchy.own / f"run-{number}") for hierarchy in self._hierarchies], limits)
        try:
            group.make()
        except OSError:
            group.remove()
            raise
        return group

    def remove(self) -> None:
        """Give back the worker's own folders, when its runs are over."""
        for hierarchy in self._hierarchies:
            _remove(hierarchy.own)


def _usable() -> Iterator[Hierarchy]:
    """The hierarchies in which this worker may make groups. What killed workers have left behind there is removed."""
    name = f"sparkroom-{os.getpid()}-{_started(os.getpid())}"
    for base, controllers, unified in _mounted():
        for outer in (base, base.parent) if unified else (base,):
            own = outer / name
            with suppress(OSError):
                _sweep(outer)
                if unified and not (outer / "cgroup.procs").exists():
                    continue
                own.mkdir(exist_ok=True)
                try:
                    if unified:
                        for folder in (outer, own):
                            _write(folder / "cgroup.subtree_control", "+memory +pids")
                            with suppress(OSError):  # not everybody may divide the processors
                                _write(folder / "cgroup.subtree_control", "+cpu")
                    else:  # a thread of real-time priority may not enter every one
                        _write(own / "tasks", 0)
                        _write(outer / "tasks", 0)
                except OSError:  # a group with processes cannot be divided; the one above perhaps can
                    own.rmdir()
                    raise
                yield Hierarchy(outer, own, controllers, unified)
                break


def _mounted() -> Iterator[tuple[Path, frozenset[str], bool]]:
    """Of each hierarchy with limits that matter: this process's group, the controllers, and if it is version 2."""
    own = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        own[controllers] = path
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split()
        root, point, kind = fields[3], Path(fields[4]), fields[fields.index("-") + 1]
        if kind == "cgroup2" and "" in own:
            base = point / os.path.relpath(own[""], root)
            with suppress(OSError):
                if set((base / "cgroup.controllers").read_text().split()) >= _UNIFIED:
                    yield base, _UNIFIED, True
        elif kind == "cgroup":
            for controllers, path in own.items():
                found = _CONTROLLERS.intersection(controllers.split(","))
                if found and found <= set(fields[-1].split(",")):
                    yield point / os.path.relpath(path, root), found, False


def _sweep(outer: Path) -> None:
    """Remove what workers that are gone have left."""
    for folder in outer.glob("sparkroom-*"):
        made = _OURS.fullmatch(folder.name)
        if made and _started(int(made[1])) != int(made[2]):
            for inner in folder.glob("run-*"):
                _remove(inner)
            _remove(folder)


def _started(pid: int) -> int | None:
    """When a process began, in ticks since the machine did; None if there is none."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except (FileNotFoundError, ProcessLookupError):
        return None


def _remove(folder: Path) -> None:
    """Remove a group, as soon as its last process has left it."""
    deadline = time.monotonic() + _REMOVAL_SECONDS
    while time.monotonic() < deadline:
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(_AGAIN_SECONDS)
        else:
            return


def _write(file: Path, value: int | str) -> None:
    """One write, as these files want it. Raises OSError."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, str(value).encode())
    finally:
        os.close(descriptor)
