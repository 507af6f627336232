"""How a model's window is divided. All figures are tokens, as `estimate_tokens` has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ide.domain.turns.estimate import estimate_tokens

PER_MESSAGE: Final = 8
_MOST_ANSWER: Final = 32_768
_LEAST_ANSWER: Final = 1_500
_SMALL: Final = 8_000
_TRIED: Final = 4
_LEAST_KEPT: Final = 20


@dataclass(frozen=True, slots=True)
class Budget:
    """Of one window. A request and its answer together stay below it even if the estimate is a tenth too low."""

    window: int

    @property
    def answer(self) -> int:
        """What is left for the answer."""
        return min(_MOST_ANSWER, max(self.window // 6, min(_LEAST_ANSWER, self.window // 4)))

    @property
    def most(self) -> int:
        """What a request may have: three quarters of the window, less in small ones."""
        return min(self.window * 3 // 4, self.window - self.answer - self.window // 12)

    @property
    def opening(self) -> int:
        """What a request that begins a conversation has, unless the prompt names files that take more."""
        return min(self.most, self.window // 2)

    @property
    def small(self) -> bool:
        """True for windows in which the instructions have to be brief."""
        return self.window < _SMALL


def cost(text: str) -> int:
    """What a message or a part of one takes."""
    return estimate_tokens(text) + PER_MESSAGE


def fitted(text: str, tokens: int) -> str:
    """`text`, or its beginning and its end, within `tokens`."""
    for _ in range(_TRIED):
        if (used := estimate_tokens(text)) <= tokens:
            return text
        kept = max(0, len(text) * tokens * 9 // (used * 10) - 5)
        text = f"{text[: kept // 3]}\n…\n{text[len(text) - (kept - kept // 3) :]}" if kept > _LEAST_KEPT else ""
    return ""
