"""A request that was answered, from which another can go on without saying everything again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Self

import orjson

_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Said:
    """What a request says, as digests: a long conversation is not kept only to be compared."""

    fields: bytes
    """Every field but the items."""
    items: tuple[bytes, ...]

    @classmethod
    def of(cls, fields: dict[str, Any], items: list[dict[str, Any]]) -> Self:
        """What a request with these fields and items says."""
        return cls(_digest(fields), tuple(map(_digest, items)))

    def goes_on_from(self, earlier: Said) -> bool:
        """Whether this says all that was said earlier, and more, and nothing else differs."""
        known = len(earlier.items)
        return known < len(self.items) and self.fields == earlier.fields and self.items[:known] == earlier.items


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was said until a response ended, that response last. The upstream knows it by `response_id`."""

    response_id: str
    said: Said


def _digest(value: dict[str, Any]) -> bytes:
    try:
        encoded = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        # Half a surrogate pair, which is sent as U+FFFD.
        encoded = repr(sorted(value.items())).encode("utf-8", "backslashreplace")
    return blake2b(encoded, digest_size=_DIGEST_BYTES).digest()
