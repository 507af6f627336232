"""Updates that build on each other, for those that must merge them in any order."""

from __future__ import annotations

import random
from typing import Any

import pycrdt


def written_by_three(seed: int) -> tuple[list[bytes], str]:
    """The updates of three people who write into one text and now and then hear of each other, and that text."""
    chance = random.Random(seed)
    docs: list[pycrdt.Doc[Any]] = [pycrdt.Doc(client_id=number + 1) for number in range(3)]
    made: list[bytes] = []
    for _ in range(30):
        doc = chance.choice(docs)
        text = doc.get("text", type=pycrdt.Text)
        subscription = doc.observe(lambda event: made.append(event.update))
        if len(text) > 3 and chance.random() < 0.4:
            start = chance.randrange(len(text) - 2)
            del text[start : start + 2]
        else:
            text.insert(chance.randrange(len(text) + 1), chance.choice(("a", "bc", "hello ")))
        doc.unobserve(subscription)
        if chance.random() < 0.5:
            other = chance.choice(docs)
            other.apply_update(doc.get_update(other.get_state()))
    whole: pycrdt.Doc[Any] = pycrdt.Doc()
    for doc in docs:
        whole.apply_update(doc.get_update())
    return made, str(whole.get("text", type=pycrdt.Text))
