"""How much a turn's model said, and when: what its usage and its timing are made of."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ide.engines.model import Usage
from ide.wire import shapes

CHARACTERS_A_TOKEN = 4


@dataclass(slots=True)
class _Leg:
    """One answer, from its first token to its last. `told` estimates what the model was told for it, in tokens."""

    told: int
    taken: bool = False  # by the model's server, which counts it from then on
    characters: int = 0
    first: float = 0.0
    last: float = 0.0
    counted: Usage | None = None


class Pace:
    """One turn's: over its repairs, its redirections and what had to be asked again."""

    def __init__(self) -> None:
        self.characters = 0
        self._began = time.perf_counter()
        self._first: float | None = None
        self._legs: list[_Leg] = []

    def begin(self, told: int | None = None) -> None:
        """Another answer is asked for. Without `told` the model was told what it was told before."""
        self._legs.append(_Leg(self._legs[-1].told if told is None else told))

    def take(self) -> None:
        """The model's server took the request."""
        self._legs[-1].taken = True

    def beat(self, characters: int) -> None:
        """So many characters came."""
        leg, now = self._legs[-1], time.perf_counter()
        self.characters += characters
        leg.characters += characters
        leg.last = now
        if not leg.first:
            leg.first = now
        if self._first is None:
            self._first = now

    def count(self, usage: Usage) -> None:
        """What the model's server counted for the answer that came last."""
        self._legs[-1].counted = usage

    def usage(self) -> shapes.Usage:
        """All answers together. One that was cut short its server never counted: it is estimated."""
        used = [_used(leg) for leg in self._legs if leg.counted is not None or leg.taken or leg.characters]
        return shapes.Usage(
            input=sum(one.input for one in used),
            output=sum(one.output for one in used),
            estimated=not used or any(one.estimated for one in used),
        )

    def timing(self) -> shapes.Timing:
        """Times from the start of the turn, and the speed while tokens came."""
        total_ms = (time.perf_counter() - self._began) * 1000
        if self._first is None:
            return shapes.Timing(total_ms=total_ms)
        seconds = sum(leg.last - leg.first for leg in self._legs)
        # What a model thinks is counted, and is not in that time.
        thought = sum(leg.counted.reasoning for leg in self._legs if leg.counted is not None)
        written = max(0, self.usage().output - thought)
        return shapes.Timing(
            first_token_ms=(self._first - self._began) * 1000,
            tokens_per_second=written / seconds if seconds > 0 else None,
            total_ms=total_ms,
        )


def _used(leg: _Leg) -> shapes.Usage:
    if leg.counted is not None:
        return shapes.Usage(input=leg.counted.input, output=leg.counted.output)
    return shapes.Usage(input=leg.told, output=leg.characters // CHARACTERS_A_TOKEN, estimated=True)
