from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from pytest_django import Settings

from ide.engines.catalogue import Catalogue, ModelNotUsable, UnknownModel
from ide.engines.configuration import BadModels, Entry
from ide.engines.detection import LocalServer, detect
from ide.engines.model import Done
from ide.engines.rehearsal import NAME
from tests.engines.contract import REQUEST, all_of, text_of, until
from tests.standins.chat import ChatStandIn
from tests.standins.sse import MODEL


def entry(name: str, **more: object) -> Entry:
    fields: dict[str, object] = {"name": name, "protocol": "chat", "base_url": "http://127.0.0.1:9/v1", "model": "m"}
    return Entry.model_validate(fields | more)


def catalogue(*entries: Entry, **environment: str) -> Catalogue:
    return Catalogue(entries, environment, 20_000)


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
        (
            {"protocol": "responses-ws", "base_url": "wss://x/v1"},
            "protocol responses-ws is not available in this version",
        ),
        ({"protocol": "anthropic"}, "protocol anthropic is not available in this version"),
        ({"dialect": "v4a"}, "dialect v4a is not available in this version"),
        ({"key_env": "BAD_KEY"}, "needs a key in BAD_KEY that is plain ASCII"),
    ],
)
def test_what_a_model_needs_before_it_can_be_chosen(fields: dict[str, object], needs: str) -> None:
    models = catalogue(entry("spark", **fields), SPARK_KEY=" ", BAD_KEY="a\r\nX-Evil: 1")
    assert models.model("spark").needs == needs
    with pytest.raises(ModelNotUsable, match="spark") as refused:
        models.engine("spark")
    assert needs in str(refused.value)


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
    await models.detect()
    assert [model.name for model in models.models()] == ["a", NAME]
    file.write_text("[[model]]\n")
    with pytest.raises(BadModels, match=r"models\.toml: model 1: name: is missing"):
        Catalogue.from_settings()


async def test_without_a_file_models_are_looked_for_once(standin: ChatStandIn) -> None:
    servers = (LocalServer("vLLM", standin.port, 4_096),)
    models = Catalogue((), {}, 20_000, partial(detect, {}, 1, providers=(), local_servers=servers))
    assert [model.name for model in models.models()] == [NAME]
    await models.detect()
    await models.detect()
    assert len(standin.authorisations) == 1
    assert [model.name for model in models.models()] == [f"{MODEL} (vLLM)", NAME]
    assert models.default() == f"{MODEL} (vLLM)"
