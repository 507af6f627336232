"""Models over HTTP: what is told of them, keys that are pasted, tests, and the day's tokens; in two processes."""

from __future__ import annotations

import asyncio
import fcntl
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from ide.live import trial
from tests.benchmarks.processes import module
from tests.peer import PATIENCE_SECONDS, call, new_room
from tests.stack import Stack

KEY = "sk-planted-91c2d4e6"
ANSWER = f"<<<<<<< CREATE {trial.PATH}\n{trial.AFTER}>>>>>>> END\n"
MODELS = """
[[model]]
name = "a/b (c)"
protocol = "chat"
base_url = "{address}"
model = "standin-1"
key_env = "STANDIN_API_KEY"
paid = true
[model.published]
hardware = {{ says = "two cores", source = "a test" }}
[model.price]
input = 1.0
output = 2.0
source = "a test"

[[model]]
name = "given"
protocol = "chat"
base_url = "{address}"
model = "retired-1"
key_env = "GIVEN_API_KEY"
"""
TOKENS = 400
CONNECTIONS = 8
"""So many that both processes get some."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("models")
    (folder / "answer.txt").write_text(ANSWER)
    with module("tests.standins.chat", "--answer", str(folder / "answer.txt")) as (_, address):
        models = folder / "models.toml"
        models.write_text(MODELS.format(address=address))
        settings = {
            "SPARKROOM_MODELS": str(models),
            "SPARKROOM_DAILY_TOKENS": str(TOKENS),
            "SPARKROOM_WEB_PROCESSES": "2",
            "GIVEN_API_KEY": "sk-given",
        }
        with Stack(folder, **settings) as stack:
            yield stack


async def send(
    stack: Stack, method: str, path: str, body: object = None, *, host: str | None = None, **headers: str
) -> tuple[int, Any]:
    """The status and the answer to a call as the operator's own page sends it, by a connection of its own."""
    sent = {"Origin": stack.base_url} | {name.replace("_", "-"): value for name, value in headers.items()}
    if host is not None:
        sent |= {"Host": host}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, stack.base_url + path, json=body, headers=sent) as answer,
    ):
        text = await answer.text()
        return answer.status, json.loads(text) if text.startswith(("{", "[")) else text


async def known(stack: Stack, name: str) -> dict[str, Any]:
    """What every process says of a model: the same."""
    said = [
        [model for model in (await send(stack, "GET", "/api/models"))[1] if model["name"] == name]
        for _ in range(CONNECTIONS)
    ]
    assert all(one == said[0] for one in said)
    found: dict[str, Any] = said[0][0]
    return found


async def test_what_is_told_of_a_model(stack: Stack) -> None:
    model = await known(stack, "a/b (c)")
    assert (model["needs"], model["key"], model["paid"]) == ("needs STANDIN_API_KEY", "STANDIN_API_KEY", True)
    assert (model["tier"], model["protocol"], model["dialect"]) == ("fast", "chat", "edit")
    assert model["published"]["hardware"] == {"says": "two cores", "source": "a test"}
    assert (model["price"]["output"], model["measured"]) == (2.0, None)


@pytest.mark.parametrize(
    ("headers", "host"),
    [
        ({"Origin": "http://evil.example"}, None),
        ({"Origin": "null"}, None),
        ({"X_Forwarded_For": "203.0.113.7"}, None),
        ({"Forwarded": "for=203.0.113.7"}, None),
        # Previews stand under this name.
        ({"Origin": "http://127.0.0.1:{port}"}, "127.0.0.1:{port}"),
    ],
)
async def test_only_the_operators_own_page_may_change_keys_and_spend(
    stack: Stack, headers: dict[str, str], host: str | None
) -> None:
    port = str(stack.port)
    given = {name: value.replace("{port}", port) for name, value in headers.items()}
    where = host.replace("{port}", port) if host else None
    for method, path in (
        ("PUT", "/api/keys/STANDIN_API_KEY"),
        ("DELETE", "/api/keys/STANDIN_API_KEY"),
        ("POST", "/api/models/given/test"),
    ):
        status, said = await send(stack, method, path, {"key": KEY}, host=where, **given)
        assert (status, said["code"]) == (401, "not_authorised")
    assert not (stack.data / "keys.json").exists()


async def test_another_name_that_leads_here_is_not_answered(stack: Stack) -> None:
    rebound = f"evil.example:{stack.port}"
    origin = {"Origin": f"http://{rebound}"}
    status, _ = await send(stack, "PUT", "/api/keys/STANDIN_API_KEY", {"key": KEY}, host=rebound, **origin)
    assert status == 400


async def test_a_call_without_a_page_changes_no_key(stack: Stack) -> None:
    await call(stack, "PUT", "/api/keys/STANDIN_API_KEY", {"key": KEY}, status=401)


async def test_where_others_reach_the_server_keys_are_set_where_it_starts(lan_sparkroom: Stack) -> None:
    status, said = await send(lan_sparkroom, "PUT", "/api/keys/OPENAI_API_KEY", {"key": KEY})
    assert (status, said["code"]) == (401, "not_authorised")
    assert "environment variables" in said["message"]


@pytest.mark.parametrize(
    ("name", "key", "status"),
    [
        ("PATH", KEY, 404),
        ("GIVEN_API_KEY", KEY, 409),
        ("STANDIN_API_KEY", "", 400),
        ("STANDIN_API_KEY", "a\r\nX-Evil: 1", 400),
        ("STANDIN_API_KEY", "x" * 401, 400),
        ("STANDIN_API_KEY", "clé", 400),
    ],
)
async def test_what_is_not_kept_as_a_key(stack: Stack, name: str, key: str, status: int) -> None:
    answered, said = await send(stack, "PUT", f"/api/keys/{name}", {"key": key})
    assert answered == status
    assert not key or key not in json.dumps(said)
    assert not (stack.data / "keys.json").exists()


async def test_a_pasted_key_is_there_in_every_process_and_goes_again(stack: Stack) -> None:
    path = "/api/keys/STANDIN_API_KEY"
    assert (await send(stack, "PUT", path, {"key": f" {KEY}\n"}))[0] == 204
    model = await known(stack, "a/b (c)")
    assert (model["needs"], model["key_stored"]) == (None, True)
    assert KEY not in json.dumps(model)
    assert (await send(stack, "DELETE", path))[0] == 204
    assert (await known(stack, "a/b (c)"))["needs"] == "needs STANDIN_API_KEY"
    assert (await send(stack, "PUT", path, {"key": KEY}))[0] == 204


async def test_whoever_waits_for_the_file_of_keys_keeps_nobody_else_waiting(stack: Stack) -> None:
    path = "/api/keys/STANDIN_API_KEY"
    with (stack.data / "keys.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        async with asyncio.timeout(PATIENCE_SECONDS):
            changes = [asyncio.create_task(send(stack, "PUT", path, {"key": KEY})) for _ in range(2)]
            await asyncio.gather(*(known(stack, "given") for _ in range(2)))
        assert not any(change.done() for change in changes)
        fcntl.flock(lock, fcntl.LOCK_UN)
    assert [status for status, _ in await asyncio.gather(*changes)] == [204, 204]


async def test_a_file_that_holds_no_keys_is_not_written_over(stack: Stack) -> None:
    file = stack.data / "keys.json"
    held = file.read_bytes()
    file.with_suffix(".aside").write_bytes(held[:-1])
    file.with_suffix(".aside").replace(file)
    for method in ("PUT", "DELETE"):
        status, said = await send(stack, method, "/api/keys/STANDIN_API_KEY", {"key": KEY})
        assert (status, said["code"]) == (503, "unavailable")
        assert "not a file of keys" in said["message"]
    assert file.read_bytes() == held[:-1]
    file.with_suffix(".aside").write_bytes(held)
    file.with_suffix(".aside").replace(file)


async def test_a_test_says_whether_the_edit_landed(stack: Stack) -> None:
    status, said = await send(stack, "POST", "/api/models/a%2Fb%20%28c%29/test")
    assert (status, said["landed"], said["listed"], said["problem"]) == (200, True, True, None)
    assert said["first_token_ms"] > 0
    assert said["total_ms"] > said["first_token_ms"]
    status, said = await send(stack, "POST", "/api/models/given/test")
    assert (said["landed"], said["listed"]) == (True, False)
    # It is no turn.
    assert (await known(stack, "a/b (c)"))["measured"] is None


@pytest.mark.parametrize(("name", "status"), [("nobody", 404), ("Rehearsal (prepared demo, not AI)", 409)])
async def test_what_cannot_be_tested(stack: Stack, name: str, status: int) -> None:
    assert (await send(stack, "POST", f"/api/models/{name}/test"))[0] == status


async def test_the_days_tokens_of_paid_models_run_out_for_every_process(stack: Stack) -> None:
    rooms = [await new_room(stack) for _ in range(CONNECTIONS)]
    used = (await send(stack, "GET", "/api/tokens"))[1]
    assert 0 < used["used"] < used["allowed"] == TOKENS
    async with asyncio.timeout(PATIENCE_SECONDS):
        for room in rooms:
            # Every room is open in the process that made it. A process hears within a second of what others used.
            while "SPARKROOM_DAILY_TOKENS" not in (await ask(stack, room, "a/b (c)")).get("message", ""):
                await asyncio.sleep(0.05)
    assert (await send(stack, "POST", "/api/models/a%2Fb%20%28c%29/test"))[0] == 429
    # What costs nothing can be asked meanwhile.
    assert "id" in await ask(stack, rooms[0], "given")
    models = (await send(stack, "GET", "/api/models"))[1]
    measured = next(model["measured"] for model in models if model["name"] == "a/b (c)")
    assert measured["edits"] == measured["edits_landed"] == measured["turns"] > 0
    assert measured["cost"] > 0


async def ask(stack: Stack, room: dict[str, Any], model: str) -> dict[str, Any]:
    """What the server says to a prompt: the turn's id, or a problem."""
    headers = {"Authorization": f"Bearer {room['tokens']['edit']}"}
    _, said = await send(
        stack, "POST", f"/api/rooms/{room['id']}/turns", {"prompt": "Greet me", "model": model}, **headers
    )
    answer: dict[str, Any] = said
    return answer


async def test_a_key_stands_in_no_log_and_no_other_file(stack: Stack) -> None:
    holding = [path for path in stack.data.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert [path.name for path in holding] == ["keys.json"]
    assert KEY not in stack.log()


async def test_tests_and_changes_of_keys_are_few_a_minute(stack: Stack) -> None:
    statuses = {(await send(stack, "DELETE", "/api/keys/STANDIN_API_KEY"))[0] for _ in range(2 * 31)}
    assert statuses == {204, 429}
