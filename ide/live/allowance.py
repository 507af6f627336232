"""How many tokens of paid models may still be used today, UTC, by all processes together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from ide.domain.refusals import Refusal
from ide.store import measures
from ide.store.writer import Writer
from ide.wire.codes import Code
from ide.wire.models import DailyTokens
from ide.wire.shapes import Model, Turn


class Allowance:
    """A process's view of it, which the database puts right with every turn and every look."""

    def __init__(self, writer: Writer, allowed: int, now_ms: Callable[[], int]) -> None:
        self._writer = writer
        self._allowed = allowed
        self._now_ms = now_ms
        self._known = ("", 0)

    def today(self) -> DailyTokens:
        """As far as this process knows."""
        day, used = self._known
        return DailyTokens(used=used if day == self._day() else 0, allowed=self._allowed)

    def check(self, model: Model) -> None:
        """Raises Refusal if this model costs money and the day's tokens are used up."""
        if model.paid and self.today().used >= self._allowed:
            raise Refusal(
                Code.TOO_MANY,
                f"Today's {self._allowed:,} tokens for paid models are used up (SPARKROOM_DAILY_TOKENS). "
                "They begin anew at midnight UTC; models that cost nothing can be asked meanwhile.",
            )

    async def look(self) -> DailyTokens:
        """What the database knows."""
        day = self._day()
        self._known = (day, await self._writer.do(measures.used, day))
        return self.today()

    async def ended(self, turn: Turn, model: Model) -> None:
        """Count a turn that is over, for its model's figures too. Call it once a turn; waits for the database."""
        day = self._day()
        used = await self._writer.keep(measures.record, turn, day=day if model.paid else None)
        if used is not None:
            self._known = (day, used)

    async def spend(self, model: Model, tokens: int) -> None:
        """Count what was used outside a turn."""
        if model.paid:
            day = self._day()
            self._known = (day, await self._writer.keep(measures.spend, day, tokens))

    def _day(self) -> str:
        return datetime.fromtimestamp(self._now_ms() / 1000, UTC).date().isoformat()
