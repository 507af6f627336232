"""Ids, and the names and colours that people get until they choose their own."""

from __future__ import annotations

import random

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_HUES = {
    "Amber": "#b45309",
    "Blue": "#2563eb",
    "Coral": "#dc4a3d",
    "Green": "#15803d",
    "Indigo": "#4f46e5",
    "Magenta": "#c026d3",
    "Olive": "#6b7a00",
    "Pink": "#db2777",
    "Purple": "#7c3aed",
    "Teal": "#0f766e",
}
_ANIMALS = (
    "Badger", "Crane", "Dolphin", "Falcon", "Fox", "Gecko", "Heron", "Ibis", "Jackdaw", "Kestrel", "Lynx", "Marten",
    "Newt", "Otter", "Panda", "Puffin", "Quail", "Raven", "Seal", "Swift", "Tapir", "Vole", "Wren", "Yak",
)  # fmt: skip


def new_id(choice: random.Random, length: int = 14) -> str:
    """A short id without letters that are easily confused. 14 letters carry 70 bits."""
    return "".join(choice.choices(_ALPHABET, k=length))


def new_person(choice: random.Random, taken: frozenset[str] = frozenset()) -> tuple[str, str]:
    """A name such as "Blue Fox" that is not `taken`, and its colour."""
    hue = choice.choice(sorted(_HUES))
    free = [animal for animal in _ANIMALS if f"{hue} {animal}" not in taken] or list(_ANIMALS)
    return f"{hue} {choice.choice(free)}", _HUES[hue]
