"""The model's server of the benchmarks: the stand-in in a process of its own, which tells afterwards what it sent when.

Times are those of the system's monotonic clock, which every process on this machine reads alike.

    python -m tests.benchmarks.upstream create|edit TOKENS RATE       prints its two addresses when it is ready
"""

from __future__ import annotations

import asyncio
import sys
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

import aiohttp
from aiohttp import web

from tests.standins.chat import ChatStandIn, Script, tokens_of

DOCUMENT = "long.js"
DOCUMENT_LINES = 700
END = "\n>>>>>>> END\n"


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer writes: a path, the text that comes to stand there, and of how many tokens the answer is.

    Each of the tokens between the first one, which is the block's head, and the last one, its end, adds its text.
    """

    path: str
    text: str
    body: tuple[str, ...]

    @property
    def tokens(self) -> int:
        """How many tokens the answer has."""
        return len(self.body) + 2


@dataclass(frozen=True, slots=True)
class Sent:
    """One answer's times in seconds: when it was asked for, and when how many of its tokens were sent."""

    asked: float
    writes: list[tuple[float, int]]

    def at(self, token: int) -> float:
        """When the token of this number, from 1, was sent."""
        return self.writes[bisect_left(self.writes, token, key=lambda write: write[1])][0]


Answers = Callable[[int], tuple[str, Expected]]
"""For an answer's number, from 0: its block's head, and what it writes."""


def creating(tokens: int) -> Answers:
    """Each answer creates a file of its own."""
    body = _body("  total += step * {};\n", tokens)
    text = "".join(body)

    def answer(number: int) -> tuple[str, Expected]:
        path = f"bench/{number}.js"
        return f"<<<<<<< CREATE {path}\n", Expected(path, text, body)

    return answer


def editing(tokens: int) -> Answers:
    """Each answer writes a line with its number and its other lines into the middle of the document."""
    body = _body("  sum += part * {};\n", tokens)
    lines = document().splitlines(keepends=True)
    before, after = "".join(lines[: DOCUMENT_LINES // 2]), "".join(lines[DOCUMENT_LINES // 2 :])
    place = lines[DOCUMENT_LINES // 2 - 1]

    def answer(number: int) -> tuple[str, Expected]:
        head = f"<<<<<<< EDIT {DOCUMENT} @{DOCUMENT_LINES // 2}\n{place}======= WITH\n{place}{label(number)}"
        return head, Expected(DOCUMENT, "".join([before, label(number), *body, "\n", after]), body)

    return answer


def label(number: int) -> str:
    """The line by which an edit tells which answer it is."""
    return f"  // answer {number}\n"


def document() -> str:
    """The document that is edited, of some 20 KB."""
    return "".join(f"  const value_{at} = step * {at};\n" for at in range(DOCUMENT_LINES))


KINDS = {"create": creating, "edit": editing}


def _body(line: str, tokens: int) -> tuple[str, ...]:
    texts = (token for at in range(tokens) for token in tokens_of(line.format(at)))
    return tuple(islice(texts, tokens - 2))


def scripts(answers: Answers, rate: float) -> Callable[[int], Script]:
    """The stand-in's scripts for these answers. What they have in common is made once."""
    role, _, *rest = Script(("", *answers(0)[1].body, END)).frames

    def script(number: int) -> Script:
        head, expected = answers(number)
        return Script((head, *expected.body, END), rate, made_before=(role, Script((head,)).frames[1], *rest))

    return script


async def sent(times: str, number: int) -> Sent:
    """When the upstream, which has its times at this address, sent the answer of this number."""
    async with aiohttp.ClientSession() as session, session.get(f"{times}/{number}") as response:
        answer = await response.json()
    return Sent(answer["asked"], [(at, tokens) for at, tokens in answer["writes"]])


async def serve(kind: str, tokens: int, rate: float) -> None:
    """Serve until the process is ended."""
    async with ChatStandIn(scripts(KINDS[kind](tokens), rate)) as standin:

        async def tell(request: web.Request) -> web.Response:
            answered: Any = standin.answered[int(request.match_info["number"])]
            return web.json_response(asdict(answered))

        app = web.Application()
        app.router.add_get("/{number}", tell)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(f"{standin.base_url} http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
