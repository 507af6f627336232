"""What a Yjs update holds, read without merging it.

An update whose values or types are nested a hundred thousand deep overflows the stack of the extension that merges it,
and with it the process. So updates (Yjs encoding, version 1) are walked first, without building anything. A room's
types are counted as well, since depth can also be built up one update at a time, and the text, so that what would make
a room too large can be told before it is merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ide.domain.units import utf16_length

MOST_NESTING: Final = 32
# One update of this many parts takes about a second to look at.
MOST_PARTS: Final = 200_000

_STRINGS_OF_TYPE = {0: 0, 1: 0, 2: 0, 3: 1, 4: 0, 5: 1, 6: 0}  # array, map, text, XML element, fragment, hook, text
_BYTES_OF_VALUE = {127: 0, 126: 0, 124: 4, 123: 8, 122: 8, 121: 0, 120: 0}  # undefined, null, floats, integer, booleans


class BadUpdate(ValueError):
    """Bytes that are no Yjs update or state vector, or an update that no document of ours can hold."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What an update brings, deletions apart.

    `text_bytes` counts its text in UTF-8, `types` the shared types that it creates and `maps` the maps among them.
    `ends` are the clocks, by client, that a document has once it merged the update, and `needs` those that it must have
    for that; None if it must have more than can be told. `reach` is as in `Surveyed`.
    """

    structs: int
    types: int
    maps: int
    text_bytes: int
    ends: dict[int, int]
    needs: dict[int, int] | None
    reach: dict[int, int]


@dataclass(frozen=True, slots=True)
class Surveyed:
    """An update that was stored, and the shared types that it creates.

    `reach` is up to which clock of each client it speaks, deletions included: a document whose state vector reaches as
    far has merged all of it.
    """

    data: bytes
    types: int
    reach: Mapping[int, int]


def contents_of(update: bytes) -> Contents:
    """What `update` brings. Raises `BadUpdate` if it is not well formed."""
    walk = _Walk(update, MOST_PARTS)
    try:
        walk.update()
    except IndexError:
        raise BadUpdate("The update ends too early.") from None
    needs: dict[int, int] | None = None
    if not walk.gaps:
        needs = {client: clock for client, clock in walk.refers.items() if clock > walk.ends.get(client, 0)}
        for client, clock in walk.starts.items():
            needs[client] = max(clock, needs.get(client, 0))
    return Contents(walk.structs, walk.types, walk.maps, walk.text_bytes, walk.ends, needs, walk.reach)


def survey(update: bytes) -> Surveyed:
    """What has to be known of an update that was stored, to load it. Raises `BadUpdate` as `count_types` does."""
    walk = _Walk(update)
    try:
        walk.update()
    except IndexError:
        raise BadUpdate("The update ends too early.") from None
    return Surveyed(update, walk.types, walk.reach)


def apply_all(
    updates: Iterable[Surveyed], apply: Callable[[list[bytes]], None], state_vector: Callable[[], bytes]
) -> list[Surveyed]:
    """Apply updates in any order to one document. Answers those that wait for others which are not among them.

    Once is not enough: pycrdt leaves some of what waited where it is when that for which it waited has come.
    """
    waiting, before = list(updates), None
    while waiting:
        apply([update.data for update in waiting])
        reached = read_state_vector(state_vector())
        waiting = [update for update in waiting if not _is_within(update.reach, reached)]
        if reached == before:
            break
        before = reached
    return waiting


def _is_within(clocks: Mapping[int, int], reached: Mapping[int, int]) -> bool:
    return all(reached.get(client, 0) >= clock for client, clock in clocks.items())


def read_state_vector(vector: bytes) -> dict[int, int]:
    """Clock by client. Raises `BadUpdate` if it is none."""
    walk = _Walk(vector)
    try:
        return walk.state_vector()
    except IndexError:
        raise BadUpdate("The state vector ends too early.") from None


def count_types(update: bytes, *, most_parts: int | None = MOST_PARTS) -> int:
    """How many shared types (maps, texts and so on) `update` creates. Raises `BadUpdate` if it is not well formed."""
    try:
        return _Walk(update, most_parts).update()
    except IndexError:
        raise BadUpdate("The update ends too early.") from None


def strings_of(update: bytes) -> list[tuple[int, int, str]]:
    """The strings that `update` puts into texts: client, clock of the first letter, text. Raises `BadUpdate`."""
    walk = _StringsWalk(update)
    try:
        walk.update()
    except IndexError:
        raise BadUpdate("The update ends too early.") from None
    return walk.strings


def encode_state_vector(clocks: Mapping[int, int]) -> bytes:
    """A state vector with these clocks, by client."""
    numbers = [len(clocks), *(number for client in clocks.items() for number in client)]
    return b"".join(map(_encoded, numbers))


def _encoded(number: int) -> bytes:
    octets = bytearray()
    while number > 0x7F:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    octets.append(number)
    return bytes(octets)


class _Walk:
    def __init__(self, update: bytes, most_parts: int | None = None) -> None:
        self._bytes = update
        self._most_parts = most_parts
        self._at = 0
        self._parts = 0
        self.types = self.maps = self.structs = self.text_bytes = 0
        self.gaps = False
        self.reach: dict[int, int] = {}  # deletions included
        self.starts: dict[int, int] = {}
        self.ends: dict[int, int] = {}
        self.refers: dict[int, int] = {}

    def update(self) -> int:
        for _ in range(self._number()):
            structs = self._number()
            client = self._number()
            clock = self._number()
            self.gaps = self.gaps or client in self.starts
            self.starts[client] = clock
            for _ in range(structs):
                self._part()
                clock += self._struct(client, clock)
            self.ends[client] = clock
            self._reaches(client, clock)
        for _ in range(self._number()):
            client, furthest = self._number(), 0
            # Not counted as parts: a room's whole history of deletions comes with every answer, and passing over it is
            # quick. It cannot be longer than the message.
            for _ in range(self._number()):
                clock = self._number()
                furthest = max(furthest, clock + self._number())
            self._reaches(client, furthest)
        return self.types

    def state_vector(self) -> dict[int, int]:
        clocks = {}
        for _ in range(self._number()):
            self._part()
            client = self._number()
            clocks[client] = self._number()
        return clocks

    def _reaches(self, client: int, clock: int) -> None:
        self.reach[client] = max(clock, self.reach.get(client, 0))

    def _struct(self, client: int, clock: int) -> int:
        """Passes over one, and answers how many clock ticks it takes."""
        info = self._byte()
        content = info & 31
        if content in (0, 10):  # what was collected, and what is skipped
            self.gaps = self.gaps or content == 10
            return self._number()
        self.structs += 1
        for flag in (0x80, 0x40):  # left and right neighbour
            if info & flag:
                self._earlier(client, clock)
        if not info & 0xC0:
            if self._number() == 1:
                self._skip(self._number())  # name of a root
            else:
                self._earlier(client, clock)  # the parent
            if info & 0x20:
                self._skip(self._number())  # key in the parent
        return self._content(content)

    def _earlier(self, client: int, clock: int) -> None:
        """Passes over the id of what a struct stands beside or in. Raises `BadUpdate` unless that came before it."""
        # A type inside itself makes whoever reads it run in circles until the process dies.
        its_client, its_clock = self._number(), self._number()
        if its_client == client and its_clock >= clock:
            raise BadUpdate("The update puts something into itself.")
        if its_client != client:
            self.refers[its_client] = max(its_clock + 1, self.refers.get(its_client, 0))

    def _content(self, content: int) -> int:
        if content == 1:  # deleted
            return self._number()
        if content == 2:  # JSON
            count = self._number()
            for _ in range(count):
                self._part()
                self._skip(self._number())
            return count
        if content == 4:  # string
            size = self._number()
            self._skip(size)
            self.text_bytes += size
            return utf16_length(self._bytes[self._at - size : self._at].decode(errors="replace"))
        if content == 8:  # values
            count = self._number()
            for _ in range(count):
                self._value(0)
            return count
        if content in (3, 5):  # binary, embedded
            self._skip(self._number())
        elif content == 6:  # format
            self._skip(self._number())
            self._skip(self._number())
        elif content == 7:  # type
            self.types += 1
            kind = self._number()
            self.maps += kind == 1
            if kind not in _STRINGS_OF_TYPE:
                raise BadUpdate("The update holds a type that is not known here.")
            for _ in range(_STRINGS_OF_TYPE[kind]):
                self._skip(self._number())
        elif content == 9:  # a document in the document
            self._skip(self._number())
            self._value(0)
        else:
            raise BadUpdate("The update holds content that is not known here.")
        return 1

    def _value(self, depth: int) -> None:
        self._part()
        if depth > MOST_NESTING:
            raise BadUpdate(f"The update holds values nested more than {MOST_NESTING} deep.")
        tag = self._byte()
        if tag == 125:
            self._number()
        elif tag in (119, 116):  # string, binary
            self._skip(self._number())
        elif tag == 118:
            for _ in range(self._number()):
                self._skip(self._number())
                self._value(depth + 1)
        elif tag == 117:
            for _ in range(self._number()):
                self._value(depth + 1)
        elif tag in _BYTES_OF_VALUE:
            self._skip(_BYTES_OF_VALUE[tag])
        else:
            raise BadUpdate("The update holds a value that is not known here.")

    def _part(self) -> None:
        self._parts += 1
        if self._most_parts is not None and self._parts > self._most_parts:
            raise BadUpdate(f"The update has more than {self._most_parts:,} parts.")

    def _byte(self) -> int:
        byte = self._bytes[self._at]
        self._at += 1
        return byte

    def _number(self) -> int:
        """An unsigned number of variable length; the sign of a signed one does not change how many bytes it takes."""
        value = shift = 0
        while True:
            byte = self._bytes[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise BadUpdate("The update holds a number that is too long.")

    def _skip(self, length: int) -> None:
        self._at += length
        if self._at > len(self._bytes):
            raise BadUpdate("The update ends too early.")


class _StringsWalk(_Walk):
    def __init__(self, update: bytes) -> None:
        super().__init__(update)
        self.strings: list[tuple[int, int, str]] = []

    def _struct(self, client: int, clock: int) -> int:
        before = self.text_bytes
        ticks = super()._struct(client, clock)
        if size := self.text_bytes - before:
            # A string is the last of its struct.
            text = self._bytes[self._at - size : self._at].decode(errors="replace")
            self.strings.append((client, clock, text))
        return ticks
