"""What every open room of a process shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ide.domain.queues import PlacesOf
from ide.engines.catalogue import Catalogue
from ide.engines.queue import Queue
from ide.engines.web_bus import WebBus
from ide.live.allowance import Allowance
from ide.live.appender import Appender
from ide.store.writer import Writer
from ide.wire.run_shapes import RunLimits
from ide.wire.shapes import Limits


@dataclass(frozen=True, slots=True)
class Services:
    """Made once, by the composition root. `now_ms` is wall-clock milliseconds since 1970."""

    writer: Writer
    appender: Appender
    catalogue: Catalogue
    allowance: Allowance
    queue: Queue
    bus: WebBus
    limits: Limits
    run_limits: RunLimits
    terminal_limits: RunLimits
    page_limits: RunLimits
    history_bytes: int
    turns_at_once: int
    places: PlacesOf
    runs_waiting: int
    now_ms: Callable[[], int]
    new_id: Callable[[], str]
