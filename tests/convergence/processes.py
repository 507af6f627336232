"""Web processes that can be ended and started again, and lose or double what they tell each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from ide.engines.entries import Entry, Kind
from ide.engines.web_bus import WebBus
from ide.live.hub import Hub
from ide.live.services import Services
from ide.transports.composition import make_services

LOST = 0.02
DOUBLED = 0.03
# Whoever waits for an answer waits for seconds if it does not come: no entries to lose in a quick session.
KEPT = (Kind.LEVEL, Kind.LEVELLED, Kind.CALL, Kind.RETURN)


class RoughBus(WebBus):
    """Loses entries, as Redis does when it trims an inbox that nobody reads, and puts some in twice."""

    def __init__(self, url: str, process: str, random: Random, is_rough: Callable[[], bool]) -> None:
        super().__init__(url, process)
        self._random = random
        self._is_rough = is_rough

    def _put(self, process: str, entry: Entry) -> None:
        chance = self._random.random() if self._is_rough() and entry.kind not in KEPT else 1.0
        if chance >= LOST:
            super()._put(process, entry)
            if chance < LOST + DOUBLED:
                super()._put(process, entry)


class WebProcess:
    """One web process, and after it ended, the next one in its place."""

    def __init__(self, name: str, redis_url: str, random: Random, is_rough: Callable[[], bool]) -> None:
        self.name = name
        self.closing = False
        self.hub: Hub
        self._redis_url = redis_url
        self._random = random
        self._is_rough = is_rough
        self._starts = 0

    async def start(self) -> None:
        """Begin."""
        self._starts += 1
        self.hub = Hub(self._services, linger_seconds=self._random.choice([0.01, 0.05, 30]))
        await self.hub.services()
        self.closing = False

    async def end(self) -> None:
        """End in an orderly way."""
        self.closing = True
        await self.hub.close()

    async def _services(self) -> Services:
        services = await make_services()
        name = f"{self.name}-{self._starts}-{self._random.getrandbits(32):08x}"
        return replace(services, bus=RoughBus(self._redis_url, name, self._random, self._is_rough))
