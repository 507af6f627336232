"""What models are told, as used: a real server, people who type, and a stand-in that counts what it is sent."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pycrdt
import pytest

from tests.domain.turns.counting import count
from tests.domain.turns.full_room import FILES, end_of, path_of, text_of, version_line
from tests.peer import Peer, Refused, call, join, new_room
from tests.stack import Stack, free_port
from tests.standins.chat import ChatStandIn, Script, tokens_of

WINDOW = 64_000
SMALL_WINDOW = 2_000
MODELS = """
[[model]]
name = "standin"
protocol = "chat"
base_url = "http://127.0.0.1:{port}/v1"
model = "standin-1"
context_tokens = 64000

[[model]]
name = "small"
protocol = "chat"
base_url = "http://127.0.0.1:{port}/v1"
model = "standin-1"
context_tokens = 2000
"""
TURNS = 40
TURNS_OF_SOAK = 210

counted = lru_cache(maxsize=8_192)(count)


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("context")
    models = folder / "models.toml"
    models.write_text(MODELS.format(port=port))
    with Stack(folder, SPARKROOM_MODELS=str(models)) as stack:
        yield stack


def script(text: str) -> Script:
    return Script(tokens_of(text))


def edit(path: str, before: str, after: str) -> str:
    return f"<<<<<<< EDIT {path}\n{before}\n======= WITH\n{after}\n>>>>>>> END\nDone.\n"


async def turn(peer: Peer, prompt: str, **fields: Any) -> dict[str, Any]:
    made = await peer.command("ask", prompt=prompt, **fields)
    assert made
    ended = await peer.until_over(made)
    assert ended["state"] == "settled", ended["error"]
    return ended


async def fill(peer: Peer) -> list[pycrdt.Text]:
    """Ten megabytes in a thousand files, as one edit. Answers their texts."""
    texts = []
    with peer.doc.transaction():
        for number in range(FILES):
            texts.append(pycrdt.Text(text_of(number)))
            peer.files[secrets.token_hex(8)] = pycrdt.Map({"path": path_of(number), "text": texts[-1]})
    await peer.flush()
    return texts


async def test_in_a_full_room_no_request_is_too_long_and_each_holds_the_file_that_its_prompt_names(
    stack: Stack, port: int, soak: bool
) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    numbers = rng.sample(range(FILES), 80)
    asked = [rng.choice(numbers) for _ in range(TURNS_OF_SOAK if soak else TURNS)]
    versions = dict.fromkeys(numbers, 0)
    longest = 0

    def answer(number: int) -> Script:
        nonlocal longest
        messages = model.requests[number]["messages"]
        used = sum(counted(message["content"]) + 4 for message in messages)
        longest = max(longest, used)
        if used > WINDOW:
            return Script(status=400, error={"error": {"message": f"{used} tokens are more than {WINDOW}."}})
        name, version = asked[number], versions[asked[number]]
        told = "\n".join(message["content"] for message in messages)
        if f'<document path="{path_of(name)}"' not in told or end_of(name) not in told:
            return Script(status=400, error={"error": {"message": f"I am to edit {path_of(name)} and do not see it."}})
        versions[name] += 1
        return script(edit(path_of(name), version_line(name, version), version_line(name, version + 1)))

    room = await new_room(stack)
    async with join(stack, room) as alice:
        texts = await fill(alice)
        async with ChatStandIn(answer, port) as model:
            compacted = 0
            for at, name in enumerate(asked):
                path = path_of(name)
                said = rng.choice(
                    [f"count up in @{path}", f"Count up in {path}, please.", f"the version of module{name}.js"]
                )
                ended = await turn(alice, said)
                assert [hunk["state"] for hunk in ended["hunks"]] == ["applied"], ended
                assert path in ended["sent"]["files"]
                if at and not begins_alike(model.requests[at - 1], model.requests[at]):
                    compacted += 1
                    assert ended["sent"]["compacted"] > 0
                    assert asked[at - 1] != name or ended["sent"]["exchanges"] > 0
                if rng.random() < 0.3:
                    texts[rng.choice(numbers)].insert(0, f"// typed after {at}\n")
                    await alice.flush()
            assert len(model.requests) == len(asked)
            assert 2 < compacted < len(asked) / 2
            assert longest > WINDOW / 2, "the window is made use of"
            for name in numbers:
                assert version_line(name, versions[name]) in str(texts[name])


def begins_alike(before: dict[str, Any], after: dict[str, Any]) -> bool:
    messages: list[dict[str, str]] = before["messages"]
    return bool(after["messages"][: len(messages)] == messages)


async def test_a_window_of_two_thousand_tokens_works(stack: Stack, port: int) -> None:
    def answer(number: int) -> Script:
        used = sum(counted(message["content"]) + 4 for message in model.requests[number]["messages"])
        if used > SMALL_WINDOW:
            return Script(status=400, error={"error": {"message": f"{used} tokens are more than {SMALL_WINDOW}."}})
        return script(edit("b.js", f"let b = {number}", f"let b = {number + 1}"))

    room = await new_room(stack)
    async with join(stack, room) as alice, ChatStandIn(answer, port) as model:
        await alice.create("a.js", "let a = 1\n" * 3_000)
        await alice.create("b.js", "let b = 0\n")
        for _ in range(12):
            ended = await turn(alice, "Count up in b.js", model="small", files=["a.js"])
            assert "b.js" in ended["sent"]["files"]
            assert ended["sent"]["tokens"] < SMALL_WINDOW
        assert alice.text("b.js") == "let b = 12\n"
        with pytest.raises(Refused, match="too_large"):
            await alice.command("ask", prompt="漢字" * 1_000, model="small")


async def test_a_turn_says_what_was_sent_and_the_row_keeps_it(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    async with join(stack, room) as alice, ChatStandIn(script("It is 1: a.js:1."), port) as model:
        await alice.create("a.js", "let a = 1\nlet b = 2\n")
        ended = await turn(alice, "What is a?", mode="ask", selection={"path": "a.js", "first": 2, "last": 2})
        assert ended["sent"]["files"] == ["a.js"]
        assert ended["sent"]["tokens"] > 500
        told = model.requests[0]["messages"][1]["content"]
        assert "line 2 of a.js" in told
        assert "change nothing" in told
        stored = await call(stack, "GET", f"/api/rooms/{room['id']}/turns/{ended['id']}", token=room["tokens"]["view"])
        assert stored["sent"] == ended["sent"]


async def test_what_happened_since_is_told_before_the_next_prompt(stack: Stack, port: int) -> None:
    answers = [
        script("<<<<<<< CREATE a.js\nlet a = 1\nlet b = 2\nlet c = 3\n>>>>>>> END\nMade.\n"),
        script(edit("a.js", "let a = 1", "let a = 7")),
        script("Well.\n"),
        script("Well.\n"),
    ]
    room = await new_room(stack)
    async with (
        join(stack, room) as alice,
        join(stack, room) as bob,
        ChatStandIn(lambda number: answers[number], port) as model,
    ):
        await turn(alice, "Make a.js")
        second = await turn(alice, "Make it seven")
        await bob.until_text("a.js", "let a = 7\nlet b = 2\nlet c = 3\n")
        path = f"/api/rooms/{room['id']}/turns/{second['id']}"
        await call(stack, "POST", f"{path}/hunks/{second['hunks'][0]['id']}/reject", token=room["tokens"]["edit"])
        await bob.until_text("a.js", "let a = 1\nlet b = 2\nlet c = 3\n")
        await bob.insert("a.js", len("let a = 1\nlet b = 2\n"), "let bob = 4\n")
        await alice.until_text("a.js", "let a = 1\nlet b = 2\nlet bob = 4\nlet c = 3\n")
        await turn(alice, "What now?")
        told = model.requests[2]["messages"][-3]["content"]
        assert "took back the change of a.js:1" in told
        assert "-let a = 7\n+let a = 1" in told
        assert "+let bob = 4" in told
        assert begins_alike(model.requests[1], model.requests[2])
        await turn(bob, "And now?")
        assert begins_alike(model.requests[2], model.requests[3])
        assert len(model.requests[3]["messages"]) == len(model.requests[2]["messages"]) + 2, "nothing happened since"


async def test_turns_beside_each_other_have_conversations_of_their_own_and_hear_of_each_other(
    stack: Stack, port: int
) -> None:
    slow = Script(tokens_of("slow " * 60), rate=200)
    room = await new_room(stack)
    async with (
        join(stack, room) as alice,
        join(stack, room) as bob,
        ChatStandIn(lambda number: slow if number == 0 else script("Quick.\n"), port) as model,
    ):
        first = await alice.command("ask", prompt="Take your time")
        assert first
        async with asyncio.timeout(20):
            while not model.streaming:
                await asyncio.sleep(0.01)
        await turn(bob, "Be quick")
        await alice.until_over(first)
        assert "Take your time" not in str(model.requests[1]["messages"])
        await turn(alice, "Go on")
        told = str(model.requests[2]["messages"])
        assert begins_alike(model.requests[0], model.requests[2])
        assert "Be quick" in told
        assert "Quick." in told


async def test_after_a_restart_a_model_is_told_what_was_asked_before(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    async with ChatStandIn(script("It is blue now.\n"), port) as model:
        async with join(stack, room) as alice:
            await turn(alice, "Make it blue")
        await asyncio.to_thread(stack.restart)
        async with join(stack, room) as alice:
            ended = await turn(alice, "And green")
        told = model.requests[1]["messages"][1]["content"]
        assert "Make it blue" in told
        assert "It is blue now." in told
        assert ended["sent"]["exchanges"] == 1
