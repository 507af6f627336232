from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from pytest_django import Settings

from ide.engines.catalogue import Catalogue, ModelNotUsable, UnknownModel
from ide.engines.configuration import BadModels, Entry
from ide.engines.keys import Keys
from ide.engines.model import Done
from ide.engines.rehearsal import NAME
from tests.engines.contract import REQUEST, all_of, first_text, text_of, until
from tests.engines.test_detection import listing
from tests.standins.chat import ChatStandIn
from tests.standins.responses import ResponsesStandIn
from tests.standins.sse import MODEL


def entry(name: str, **more: object) -> Entry:
    fields: dict[str, object] = {"name": name, "protocol": "chat", "base_url": "http://127.0.0.1:9/v1", "model": "m"}
    return Entry.model_validate(fields | more)


def catalogue(*entries: Entry, **environment: str) -> Catalogue:
    return Catalogue(entries, Keys(environment), 20_000, own_port=7777)


@pytest.fixture
async def real(standin: ChatStandIn) -> AsyncIterator[Catalogue]:
    models = catalogue(entry("one", base_url=standin.base_url), entry("two", base_url=standin.base_url, tier="deep"))
    yield models
    await models.close()


def test_without_anything_there_is_the_rehearsal() -> None:
    models = catalogue()
    assert [(model.name, model.rehearsal, model.needs) for model in models.models()] == [(NAME, True, None)]
    assert models.default() == NAME


def test_the_rehearsal_comes_last_unless_the_file_places_it() -> None:
    rehearsal = Entry(name=NAME, protocol="rehearsal")
    assert [model.name for model in catalogue(entry("a"), entry("b")).models()] == ["a", "b", NAME]
    assert [model.name for model in catalogue(rehearsal, entry("b")).models()] == [NAME, "b"]
    assert catalogue(rehearsal, entry("b")).default() == NAME


def test_the_default_is_the_first_fast_model_that_can_be_asked() -> None:
    keyless = entry("keyless", key_env="MISSING_KEY")
    deep = entry("deep", tier="deep")
    assert catalogue(keyless, deep, entry("plain")).default() == "plain"
    assert catalogue(keyless, entry("plain"), MISSING_KEY="k").default() == "keyless"
    assert catalogue(keyless, deep).default() == NAME


@pytest.mark.parametrize(
    ("fields", "needs"),
    [
        ({"key_env": "SPARK_KEY"}, "needs SPARK_KEY"),
        ({"key_env": "SPARK_KEY", "protocol": "responses-ws", "base_url": "wss://x/v1"}, "needs SPARK_KEY"),
        ({"key_env": "BAD_KEY"}, "needs a key in BAD_KEY that is plain ASCII"),
        ({"model": "*"}, "needs spark at 127.0.0.1:9, with a model"),
        ({"model": "*", "base_url": "http://127.0.0.1:7777/v1"}, "needs another port than 7777"),
    ],
)
def test_what_a_model_needs_before_it_can_be_chosen(fields: dict[str, object], needs: str) -> None:
    models = catalogue(entry("spark", **fields), SPARK_KEY=" ", BAD_KEY="a\r\nX-Evil: 1")
    assert (models.model("spark").needs or "").startswith(needs)
    with pytest.raises(ModelNotUsable, match="spark") as refused:
        models.engine("spark")
    assert needs in str(refused.value)


def test_what_a_model_is_said_to_be() -> None:
    fields = {"protocol": "responses-ws", "base_url": "wss://x/v1", "key_env": "K", "steers": True}
    spark = catalogue(entry("spark", by_invitation=True, **fields)).model("spark")
    assert (spark.capabilities, spark.paid, spark.by_invitation, spark.key) == (["websocket", "steer"], True, True, "K")
    plain = catalogue(entry("plain")).model("plain")
    assert (plain.capabilities, plain.paid, plain.by_invitation, plain.key) == ([], False, False, None)


def test_one_by_invitation_is_the_default_only_where_nothing_else_can_be_asked() -> None:
    invited = entry("invited", key_env="K", by_invitation=True)
    assert catalogue(invited, entry("plain", key_env="K"), K="k").default() == "plain"
    assert catalogue(invited, K="k").default() == "invited"
    assert catalogue(invited).default() == NAME


def test_a_model_that_nobody_configured() -> None:
    for look in (catalogue().engine, catalogue().model):
        with pytest.raises(UnknownModel, match="'spark'"):
            look("spark")


async def test_one_engine_a_model(real: Catalogue) -> None:
    assert real.engine("one") is real.engine("one")
    assert real.engine("one") is not real.engine("two")
    assert real.engine(NAME) is real.engine(NAME)


async def test_an_engine_asks_its_server_with_its_key(standin: ChatStandIn) -> None:
    models = catalogue(entry("one", base_url=standin.base_url, key_env="K", output_tokens=700), K=" secret\n")
    events = await all_of(models.engine("one").stream(REQUEST))
    assert text_of(events) == "Hello there."
    assert isinstance(events[-1], Done)
    assert standin.authorisations == ["Bearer secret"]
    assert standin.requests[0]["max_tokens"] == 700
    await models.close()


async def test_warming_opens_connections_to_the_fast_models_only(real: Catalogue, standin: ChatStandIn) -> None:
    real.warm()
    await until(lambda: len(standin.authorisations) == 1)
    await all_of(real.engine("one").stream(REQUEST))
    assert len(standin.connections) == 1
    await real.close()
    assert len(standin.authorisations) == 2


async def test_closing_while_warming_and_asking_again(real: Catalogue) -> None:
    real.warm()
    await real.close()
    await real.close()
    assert isinstance((await all_of(real.engine("one").stream(REQUEST)))[-1], Done)


async def test_a_failed_model_is_not_replaced_by_the_rehearsal() -> None:
    models = catalogue(entry("gone"))
    events = await all_of(models.engine("gone").stream(REQUEST))
    assert [type(event).__name__ for event in events] == ["Failed"]
    assert models.default() == "gone"
    await models.close()


async def test_the_settings_name_the_file(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    file.write_text('[[model]]\nname = "a"\nprotocol = "chat"\nbase_url = "http://127.0.0.1:9"\nmodel = "m"\n')
    settings.MODELS_FILE = str(file)
    models = Catalogue.from_settings()
    assert [model.name for model in models.models()] == ["a", NAME]
    file.write_text("[[model]]\n")
    with pytest.raises(BadModels, match=r"models\.toml: model 1: name: is missing"):
        Catalogue.from_settings()


async def test_without_a_file_it_is_what_ships(settings: Settings) -> None:
    settings.MODELS_FILE = ""
    names = [model.name for model in Catalogue.from_settings().models()]
    assert names[0] == "GPT-5.3-Codex-Spark"
    assert names[-1] == NAME


async def test_the_models_of_a_local_server_stand_in_its_place(standin: ChatStandIn) -> None:
    models = catalogue(entry("vLLM", base_url=standin.base_url, model="*"), entry("last"))
    assert [model.name for model in models.models()] == ["vLLM", "last", NAME]
    assert models.default() == "last"
    await models.look()
    await models.look()
    assert len(standin.authorisations) == 1
    assert [model.name for model in models.models()] == [f"{MODEL} (vLLM)", "last", NAME]
    assert models.default() == f"{MODEL} (vLLM)"
    assert models.model(f"{MODEL} (vLLM)").context_tokens == 32_768
    assert isinstance((await all_of(models.engine(f"{MODEL} (vLLM)").stream(REQUEST)))[-1], Done)
    await models.close()


async def test_a_pasted_key_counts_at_once_and_the_turn_that_runs_goes_on(standin: ChatStandIn, tmp_path: Path) -> None:
    keys = Keys({}, tmp_path / "keys.json")
    models = Catalogue([entry("one", base_url=standin.base_url, key_env="K")], keys, 20_000)
    assert models.model("one").needs == "needs K"
    keys.store("K", "first")
    assert models.model("one").needs is None
    running = models.engine("one").stream(REQUEST)
    begun = await first_text(running)
    keys.store("K", "second")
    assert text_of(await all_of(models.engine("one").stream(REQUEST))) == "Hello there."
    assert begun.text + text_of(await all_of(running)) == "Hello there."
    assert standin.authorisations == ["Bearer first", "Bearer second"]
    keys.forget("K")
    with pytest.raises(ModelNotUsable, match="needs K"):
        models.engine("one")
    await models.close()


async def test_connections_are_kept_warm_while_rooms_are_open(
    real: Catalogue, standin: ChatStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ide.engines.catalogue._WARM_EVERY_SECONDS", 0.001)
    asked = 0

    def is_open() -> bool:
        nonlocal asked
        asked += 1
        return asked > 20

    keeper = asyncio.create_task(real.keep_warm(is_open))
    await until(lambda: asked > 15)
    assert standin.authorisations == []
    await until(lambda: len(standin.authorisations) == 1)
    keeper.cancel()


async def test_a_key_that_was_taken_back_is_used_no_more_even_while_nobody_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ide.engines.catalogue._WARM_EVERY_SECONDS", 0.001)
    monkeypatch.setattr("ide.engines.catalogue._RETIRED_FOR_SECONDS", 0.0)
    keys = Keys({}, tmp_path / "keys.json")
    keys.store("K", "planted")
    async with ResponsesStandIn() as server:
        socket = entry("one", protocol="responses-ws", base_url=server.base_url, key_env="K")
        models = Catalogue([socket], keys, 20_000)
        await models.engine("one").warm()
        assert len(server.sockets) == 1
        keeper = asyncio.create_task(models.keep_warm(lambda: False))
        Keys({}, tmp_path / "keys.json").forget("K")
        await until(lambda: not server.sockets)
        keeper.cancel()
        await models.close()


async def test_a_local_server_that_is_busy_keeps_its_models_and_one_that_went_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ide.engines.catalogue._LOOK_EVERY_SECONDS", 0.0)
    busy, asked = False, 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        if busy:
            await asyncio.Event().wait()
        return web.json_response({"data": [{"id": "m"}]})

    async with listing(handler) as port:
        models = catalogue(entry("Ollama", base_url=f"http://127.0.0.1:{port}/v1", model="*"))
        # On a loaded machine even a server that is idle may be slow at first.
        while models.model(models.models()[0].name).needs is not None:
            await models.look()
        busy, before = True, asked
        await models.look()
        assert asked == before + 1
        assert models.default() == "m (Ollama)"
    await models.look()
    assert models.default() == NAME
    await models.close()
