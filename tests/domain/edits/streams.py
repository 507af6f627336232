"""What the tests of the dialects share."""

from __future__ import annotations

from itertools import pairwise

from ide.domain.edits.events import Broken, Closed, Dialect, Event, Opened, Prose, Target, Typed


def parse(parser: Dialect, *chunks: str, cut: bool = False) -> list[Event]:
    """The events of a stream, neighbouring pieces of text put together."""
    events: list[Event] = []
    for chunk in chunks:
        events += parser.feed(chunk)
    return joined(events + parser.finish(cut=cut))


def joined(events: list[Event]) -> list[Event]:
    """Neighbouring pieces of text put together: where they are cut means nothing."""
    result: list[Event] = []
    for event in events:
        last = result[-1] if result else None
        if isinstance(event, Prose) and isinstance(last, Prose):
            result[-1] = Prose(last.text + event.text)
        elif isinstance(event, Typed) and isinstance(last, Typed):
            result[-1] = Typed(last.text + event.text)
        else:
            result.append(event)
    return result


def pieces(text: str, cuts: list[int]) -> list[str]:
    """`text` cut at these places."""
    return [text[start:end] for start, end in pairwise([0, *sorted(cuts), len(text)])]


def check_blocks(events: list[Event]) -> None:
    """Every block that opens ends once, and nothing but text and its target comes in between."""
    inside = False
    for event in events:
        if isinstance(event, Opened):
            assert not inside
            inside = True
        elif isinstance(event, (Closed, Broken)):
            assert inside
            inside = False
        else:
            assert inside == isinstance(event, (Typed, Target))
    assert not inside
