"""Colours as people name them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_CSS: Final = """
    aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4
    black 000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887 cadetblue 5f9ea0
    chartreuse 7fff00 chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc crimson dc143c cyan 00ffff
    darkblue 00008b darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9
    darkkhaki bdb76b darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc darkred 8b0000
    darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b darkslategray 2f4f4f darkslategrey 2f4f4f
    darkturquoise 00ced1 darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969
    dodgerblue 1e90ff firebrick b22222 floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc
    ghostwhite f8f8ff gold ffd700 goldenrod daa520 gray 808080 green 008000 greenyellow adff2f grey 808080
    honeydew f0fff0 hotpink ff69b4 indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa
    lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff
    lightgoldenrodyellow fafad2 lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3 lightpink ffb6c1
    lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa lightslategray 778899 lightslategrey 778899
    lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6 magenta ff00ff maroon 800000
    mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db mediumseagreen 3cb371
    mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585
    midnightblue 191970 mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead navy 000080
    oldlace fdf5e6 olive 808000 olivedrab 6b8e23 orange ffa500 orangered ff4500 orchid da70d6 palegoldenrod eee8aa
    palegreen 98fb98 paleturquoise afeeee palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9 peru cd853f
    pink ffc0cb plum dda0dd powderblue b0e0e6 purple 800080 rebeccapurple 663399 red ff0000 rosybrown bc8f8f
    royalblue 4169e1 saddlebrown 8b4513 salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee
    sienna a0522d silver c0c0c0 skyblue 87ceeb slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa
    springgreen 00ff7f steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0
    violet ee82ee wheat f5deb3 white ffffff whitesmoke f5f5f5 yellow ffff00 yellowgreen 9acd32
"""
# What people say beside the names of CSS.
_OTHERS: Final = """
    darkyellow b58900 lightred ff7f7f lightpurple c9a0dc darkpurple 4b0082 darkpink c2185b lightorange ffb347
    darkbrown 4b2e1e lightbrown b5845a brightgreen 22dd44 brightred ff2222 brightblue 2277ff brightyellow ffee22
    darkteal 004d4d palegrey e5e5e5 palegray e5e5e5 paleblue cfe4f7 palepink fadadd deepblue 00248a deepred 8b0000
    dark 16181d light f4f4f0
"""
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})(?![0-9a-z])", re.IGNORECASE)
_FUNCTION = re.compile(
    r"(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|color-mix|light-dark)\(.*\)", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour: as people say it, as CSS writes it, and its red, green and blue from 0 to 255."""

    said: str
    css: str
    rgb: tuple[int, int, int]


def _table(text: str) -> dict[str, str]:
    parts = text.split()
    return dict(zip(parts[::2], parts[1::2], strict=True))


_NAMED: Final = _table(_CSS)
_HEX_OF: Final = {**_table(_OTHERS), **_NAMED}


def find_colours(words: list[str]) -> list[tuple[int, int, Colour]]:
    """The colours among `words`, the longest names first: where each begins and ends, and what it is."""
    found: list[tuple[int, int, Colour]] = []
    at = 0
    while at < len(words):
        for length in (3, 2, 1):
            name = "".join(words[at : at + length])
            if at + length <= len(words) and (colour := _colour(name, " ".join(words[at : at + length]))):
                found.append((at, at + length, colour))
                at += length
                break
        else:
            at += 1
    return found


def is_colour(value: str) -> bool:
    """True if `value` is a colour in CSS."""
    value = value.strip().lower()
    return value in _NAMED or bool(_HEX.fullmatch(value) or _FUNCTION.fullmatch(value)) or value == "transparent"


def _colour(name: str, said: str) -> Colour | None:
    if _HEX.fullmatch(name):
        digits = name[1:] if len(name) == 7 else "".join(2 * digit for digit in name[1:])
        return Colour(name, name, _rgb(digits))
    if (digits := _HEX_OF.get(name, "")) == "":
        return None
    return Colour(said, name if name in _NAMED else f"#{digits}", _rgb(digits))


def _rgb(digits: str) -> tuple[int, int, int]:
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
