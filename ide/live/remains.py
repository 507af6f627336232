"""What a hunk had typed whose process died while it was open: taken out again, without what people typed in it.

As long as a hunk is open it only inserts, so its letters are those of the process's Yjs client, later than the fence
that the hunk's row keeps and within it. All else is as it was, or somebody else's.
"""

from __future__ import annotations

from dataclasses import replace

from pycrdt import Text

from ide.domain.edits.hunks import HunkRecord
from ide.domain.units import byte_length, byte_slice
from ide.domain.updates import encode_state_vector, read_state_vector, strings_of
from ide.live.positions import anchor, clock_of, decode_range, encode, place_of
from ide.live.replica import Replica
from ide.wire.codes import HunkState

DIED = "The server process that was writing this died."


def take_remains(replica: Replica, hunk: HunkRecord, origin: object) -> HunkRecord:
    """Take out what an open hunk had typed. Answers what became of it.

    If letters of the old text are gone, the hunk had been closed, and only its row does not say so yet: it stands.
    """
    withdrawn = replace(hunk, state=HunkState.WITHDRAWN, message=DIED, after=hunk.before)
    document = replica.document_by_id(hunk.file_id) if hunk.file_id is not None else None
    if document is None or document.key != hunk.key or not hunk.start:
        return withdrawn
    try:
        first, last = decode_range(document.text, hunk.start, hunk.end)
    except ValueError:
        return withdrawn
    typed = _typed(replica, document.text, hunk, first, last)
    if typed and not _is_within(hunk.before, _without(document.text, first, last, typed)):
        return _standing(replica, document.text, hunk, first, last, origin)
    with replica.transaction(origin):
        for at, length in reversed(typed):
            del document.text[at : at + length]
        if hunk.created and not len(document.text):
            replica.delete(document.id, origin)
    return withdrawn


def _typed(replica: Replica, text: Text, hunk: HunkRecord, first: int, last: int) -> list[tuple[int, int]]:
    """What stands of the hunk's own letters: where, and how many bytes, in ascending order."""
    client, since = clock_of(hunk.start)
    known = read_state_vector(replica.state_vector())
    found = []
    for its_client, clock, letters in strings_of(replica.diff(encode_state_vector({**known, client: since}))):
        at, length = place_of(text, its_client, clock), byte_length(letters)
        if at is not None and first <= at and at + length <= last:
            found.append((at, length))
    return sorted(found)


def _without(text: Text, first: int, last: int, typed: list[tuple[int, int]]) -> str:
    octets = bytearray(str(text).encode()[:last])
    for at, length in reversed(typed):
        del octets[at : at + length]
    return octets[first:].decode(errors="ignore")


def _is_within(letters: str, text: str) -> bool:
    """True if all of the letters stand in the text, in their order."""
    rest = iter(text)
    return all(letter in rest for letter in letters)


def _standing(replica: Replica, text: Text, hunk: HunkRecord, first: int, last: int, origin: object) -> HunkRecord:
    # The fence stands one letter before the place and one behind it, where there is one.
    within = byte_slice(str(text), first, last)
    before, behind = within[:1] if hunk.line != 1 else "", within[-1:] if hunk.end else ""
    first, last = first + byte_length(before), last - byte_length(behind)
    after = byte_slice(str(text), first, last)
    with replica.transaction(origin):
        end = encode(anchor(text, last))
        start = encode(anchor(text, first))
    return replace(hunk, state=HunkState.APPLIED, after=after, start=start, end=end)
