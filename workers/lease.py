"""A worker's right to carry a run out, and so to write how it goes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from django.db import DatabaseError, InterfaceError

from ide.store.once import Once
from ide.store.outages import is_outage
from ide.store.runs import LEASE
from ide.store.writer import LONGEST_PAUSE_SECONDS, PAUSE_SECONDS, connected

T = TypeVar("T")

log = logging.getLogger(__name__)


class LeaseLost(Exception):
    """The run is not this worker's: somebody else has said how it ended, its room is gone, or the database was away for
    longer than the lease."""


class Lease:
    """One run's lease. A database that is locked, full or away only delays what is written, until the lease is over."""

    def __init__(self, run_id: str, worker: str) -> None:
        self.run_id = run_id
        self._worker = worker
        # A run that nobody has is waited for as long as one that is held.
        self._until = time.monotonic() + LEASE.total_seconds()

    @property
    def over(self) -> bool:
        """Whether it was not renewed in time."""
        return time.monotonic() > self._until

    def renewed(self, asked: float) -> None:
        """It was renewed by a write that was begun at `asked`, by `time.monotonic`."""
        self._until = max(self._until, asked + LEASE.total_seconds())

    def write(self, function: Callable[[str, str], T | None]) -> T:
        """What `function` answers for the run and the worker. It renews the lease, and takes effect once.

        Raises LeaseLost if it answers None or False, or gave no answer while the lease lasted.
        """
        once = Once(partial(function, self.run_id, self._worker))
        pause = 0.0
        while True:
            asked = time.monotonic()
            try:
                answer = connected(once.attempt)
            except (DatabaseError, InterfaceError) as error:
                if not is_outage(error):
                    raise
                pause = min(max(PAUSE_SECONDS, 2 * pause), LONGEST_PAUSE_SECONDS)
                if time.monotonic() + pause > self._until:
                    log.error("run %s was given up: the database refused what became of it: %s", self.run_id, error)
                    raise LeaseLost from error
                time.sleep(pause)
                continue
            if not answer:
                raise LeaseLost
            self.renewed(asked)
            return answer
