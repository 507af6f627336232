"""A room of ten megabytes: a thousand files of code with comments in two scripts and signs beyond 65,536."""

from __future__ import annotations

FILES = 1_000
_LINES = (
    "  const speed = board[{at}] * {number} + offset; // what moves\n",
    "  // 速度と盤面を一緒に計算する 第{at}行 в файле {number}\n",
    "  say('🐍 {at} ✨ {number} 🎉');\n",
)


def path_of(number: int) -> str:
    return f"src/part{number % 40}/module{number}.js"


def version_line(number: int, version: int) -> str:
    """The first line of a file, of which every file has its own."""
    return f"export const version{number} = {version};"


def end_of(number: int) -> str:
    """The last line."""
    return f"}} // the end of {number}\n"


def text_of(number: int) -> str:
    lines = [f"{version_line(number, 0)}\n", f"export function step{number}() {{\n"]
    size = at = 0
    while size < 9_750:
        lines.append(_LINES[2 if at % 40 == 0 else 1 if at % 9 == 0 else 0].format(at=at, number=number))
        size += len(lines[-1].encode())
        at += 1
    return "".join([*lines, end_of(number)])
