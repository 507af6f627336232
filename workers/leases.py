"""Keeps the leases of all runs of a worker by one write, however many there are, until they are over or lost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial

from django.db import DatabaseError, InterfaceError, connection

from ide.store import runs
from ide.store.writer import connected
from workers.lease import Lease

# Well within a lease, so that a write may fail, or wait for others, and be tried again.
RENEW_SECONDS = 2.0
_AGAIN_SECONDS = 0.5

log = logging.getLogger(__name__)


class Kept:
    """A lease that is kept; `lose` is called, once, when it is not the worker's any more."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self._lock = threading.Lock()
        self._lost = False
        self._lose: Callable[[], None] | None = None

    def on_lost(self, lose: Callable[[], None]) -> None:
        """Have `lose` called, at once if the lease is lost already."""
        with self._lock:
            self._lose = lose
            lost = self._lost
        if lost:
            lose()

    def lost(self) -> None:
        """The lease is lost."""
        with self._lock:
            first, self._lost, lose = not self._lost, True, self._lose
        if first and lose is not None:
            lose()


class Leases:
    """One worker's."""

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._kept: set[Kept] = set()
        self._changed = threading.Condition()
        self._keeper: threading.Thread | None = None

    @contextmanager
    def kept(self, lease: Lease) -> Generator[Kept, None, None]:
        """Keep a lease meanwhile."""
        kept = Kept(lease)
        with self._changed:
            self._kept.add(kept)
            if self._keeper is None:
                self._keeper = threading.Thread(target=self._keep, name="leases", daemon=True)
                self._keeper.start()
            self._changed.notify()
        try:
            yield kept
        finally:
            with self._changed:
                self._kept.discard(kept)

    def _keep(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._kept)
            time.sleep(RENEW_SECONDS if self._renewed() else _AGAIN_SECONDS)

    def _renewed(self) -> bool:
        """Renew all leases. False if the database did not answer."""
        with self._changed:
            held = list(self._kept)
        asked = time.monotonic()
        try:
            mine = connected(partial(runs.renew, self._worker, [kept.lease.run_id for kept in held]))
        except (DatabaseError, InterfaceError) as error:
            log.warning("leases were not renewed: %s", error)
            for kept in held:
                if kept.lease.over:
                    kept.lost()
            return False
        finally:
            # Most of the time it would only be held open.
            connection.close()
        for kept in held:
            if kept.lease.run_id in mine:
                kept.lease.renewed(asked)
            else:
                kept.lost()
        return True
