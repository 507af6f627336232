"""Warm sandboxes: in each a Python interpreter waits for its program, is used once, and is gone.

Setting a sandbox up and starting an interpreter take longer than all the rest of a short run. What waits here has done
both; it has seen no room's files, and gets those of one alone. Which sandboxes will be wanted is learnt from those that
were: the limits, and whether there is a terminal, are part of a sandbox from its beginning.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, deque
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from workers.sandboxes.bubblewrap import Bubblewrap, Ready
from workers.sandboxes.parcel import Parcel, packed
from workers.sandboxes.sandbox import Order, Refused, Sandbox

PROGRAM = "main.py"
COMMAND = ("python", PROGRAM)
# What a room may give to a sandbox that was made without knowing how much that would be.
GIVEN = Parcel(b"", 4_000_000, 512)
# Kinds of sandboxes that are kept ready: those wanted last.
KINDS = 2
# A new one is made when the program that took the last has had the processors for a moment.
PAUSE_SECONDS = 0.1
_MODULES = {"sitecustomize.py": Path(__file__).with_name("waiting.py").read_bytes()}

log = logging.getLogger(__name__)


def is_warmable(order: Order, parcel: Parcel) -> bool:
    """True if a waiting interpreter could carry this order out as a new one would."""
    plain = tuple(order.command) == COMMAND and PROGRAM in order.files and not order.modules and not order.talk
    return plain and parcel.bytes <= GIVEN.bytes and parcel.files <= GIVEN.files


@dataclass(frozen=True)
class Kind:
    """What is part of a sandbox from its beginning."""

    limits: str
    terminal: bool

    @classmethod
    def of(cls, order: Order) -> Kind:
        """The kind of sandbox that an order needs."""
        return cls(order.limits.model_dump_json(), order.terminal is not None)


@dataclass(frozen=True)
class Shelf:
    """Sandboxes of one kind that wait, the oldest first. `order` is what they were made for."""

    order: Order
    waiting: deque[Ready] = field(default_factory=deque)


class Pool:
    """A `SandboxBackend` that keeps `size` sandboxes of each kind ready, but none beyond `memory_bytes` of them all.

    Any method may be called from any thread.
    """

    def __init__(self, backend: Bubblewrap, size: int, memory_bytes: int) -> None:
        self._backend = backend
        self._size = size
        self._memory_bytes = memory_bytes
        self._shelves: OrderedDict[Kind, Shelf] = OrderedDict()
        self._lock = threading.Lock()
        self._wanted = threading.Event()
        self._closed = threading.Event()
        self._filler = threading.Thread(target=self._fill, name="warm-sandboxes", daemon=True)
        self._filler.start()

    @property
    def waiting(self) -> int:
        """How many sandboxes wait."""
        with self._lock:
            return sum(not ready.sandbox.gone for shelf in self._shelves.values() for ready in shelf.waiting)

    def availability(self) -> str | None:
        """See `SandboxBackend`."""
        return self._backend.availability()

    def start(self, order: Order) -> Sandbox:
        """See `SandboxBackend`. What no waiting sandbox fits begins in a new one."""
        parcel = packed(order.files)
        if is_warmable(order, parcel) and (ready := self._take(order)) is not None:
            with suppress(Refused):  # it died while it waited
                sandbox = ready.begin(order, parcel)
                if order.terminal:
                    sandbox.resize(order.terminal)
                return sandbox
        return self._backend.start(order)

    def close(self) -> None:
        """End all that wait, and make no more."""
        self._closed.set()
        self._wanted.set()
        self._filler.join()
        for shelf in self._shelves.values():
            _clear(shelf)

    def _take(self, order: Order) -> Ready | None:
        """One that waits for such an order, if there is one. Others will be made."""
        kind = Kind.of(order)
        with self._lock:
            shelf = self._shelves.setdefault(kind, Shelf(replace(order, files={}, modules=_MODULES)))
            self._shelves.move_to_end(kind)
            taken = shelf.waiting.popleft() if shelf.waiting else None
        self._wanted.set()
        return taken

    def _fill(self) -> None:
        """The thread that makes new ones."""
        while not self._closed.is_set():
            self._wanted.wait()
            self._wanted.clear()
            if self._closed.wait(PAUSE_SECONDS):
                return
            self._forget_old_kinds()
            try:
                while not self._closed.is_set() and (shelf := self._lacking()) is not None:
                    self._add(shelf)
            except Refused as refused:  # runs will say so too; it is tried again when one is asked for
                log.warning("no sandbox could be kept ready: %s", refused)

    def _add(self, shelf: Shelf) -> None:
        ready = self._backend.ready(shelf.order, GIVEN, waits=True)
        with self._lock:
            shelf.waiting.append(ready)

    def _lacking(self) -> Shelf | None:
        """A kind of which there could be more. What ended while it waited is thrown away."""
        with self._lock:
            shelves = list(self._shelves.values())
            gone = [(shelf, ready) for shelf in shelves for ready in shelf.waiting if ready.sandbox.gone]
            for shelf, ready in gone:
                shelf.waiting.remove(ready)
            memory = [ready.sandbox.memory_now for shelf in shelves for ready in shelf.waiting]
        for _, ready in gone:
            ready.close()
        if memory and sum(memory) + max(memory) > self._memory_bytes:
            return None
        return next((shelf for shelf in reversed(shelves) if len(shelf.waiting) < self._size), None)

    def _forget_old_kinds(self) -> None:
        while len(self._shelves) > KINDS:
            with self._lock:
                _, shelf = self._shelves.popitem(last=False)
            _clear(shelf)


def _clear(shelf: Shelf) -> None:
    while shelf.waiting:
        shelf.waiting.pop().close()
