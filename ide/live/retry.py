"""When a model's server is asked again that was too busy, or did not answer, before it had said anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ide.engines.model import Done, Failed

PAUSES_SECONDS: Final = (0.5, 1.5)
# Whoever asks for a longer pause is not waited for, nor is a server that took longer to say no.
LONGEST_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Retry:
    """How long to wait for, and what people are told meanwhile."""

    seconds: float
    notice: str


def retry_after(ended: Done | Failed, tried: int, took_seconds: float) -> Retry | None:
    """What to do after an answer that ended so without a word, and `tried` before it. None if it was the last."""
    if not isinstance(ended, Failed) or not ended.retryable or tried >= len(PAUSES_SECONDS):
        return None
    seconds = ended.retry_after_seconds or PAUSES_SECONDS[tried]
    if max(seconds, took_seconds) > LONGEST_SECONDS:
        return None
    return Retry(seconds, f"{ended.message}; asking again in {seconds:g} s")
