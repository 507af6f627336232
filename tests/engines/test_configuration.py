from __future__ import annotations

from pathlib import Path

import pytest

from ide.engines.configuration import SHIPPED, BadModels, Entry, read_models
from ide.engines.rehearsal import NAME
from ide.environment import BadSetting

LEAST = """
[[model]]
name = "spark"
protocol = "chat"
base_url = "http://127.0.0.1:8080/v1"
model = "m"
"""


@pytest.fixture
def write(tmp_path: Path) -> Path:
    return tmp_path / "models.toml"


def refusal(path: Path, text: str) -> str:
    path.write_text(text)
    with pytest.raises(BadModels) as stopped:
        read_models(str(path))
    message = str(stopped.value)
    assert "\n" not in message
    return message


def test_every_model_of_the_mission_ships() -> None:
    shipped = {entry.name: entry for entry in read_models(SHIPPED)}
    protocols = {
        "GPT-5.3-Codex-Spark": "responses-ws",
        "GPT-5.3-Codex": "responses-ws",
        "Claude Haiku 4.5": "anthropic",
        "Gemini 3 Flash": "gemini",
        "GPT-5.2 Instant": "responses",
        "DeepSeek Coder V3": "chat",
        "gpt-oss-120b (Cerebras)": "chat",
        "Mercury 2 (Inception)": "chat",
    }
    assert {name: shipped[name].protocol for name in protocols} == protocols
    assert {entry.name for entry in shipped.values() if entry.lists} == {"Ollama", "llama.cpp", "vLLM"}
    spark = shipped["GPT-5.3-Codex-Spark"]
    assert (spark.by_invitation, spark.context_tokens, spark.tier) == (True, 128_000, "fast")
    assert shipped["GPT-5.3-Codex"].tier == "deep"


def test_what_ships_sends_keys_over_tls_alone() -> None:
    for entry in read_models(SHIPPED):
        assert entry.lists or (entry.base_url or "").startswith(("https://", "wss://"))
        assert entry.is_paid is not entry.lists


def test_a_key_on_this_machine_costs_nothing() -> None:
    def paid(base_url: str, key_env: str | None = "KEY") -> bool:
        return Entry(name="x", protocol="chat", base_url=base_url, model="m", key_env=key_env).is_paid

    assert paid("https://api.example.org/v1")
    assert paid("http://192.168.0.7:8000/v1")
    assert not paid("http://127.0.0.1:8000/v1")
    assert not paid("http://localhost/v1")
    assert not paid("https://api.example.org/v1", None)


def test_an_entry_may_say_itself_whether_it_costs_anything() -> None:
    for said in (True, False):
        gateway = Entry(name="x", protocol="chat", base_url="http://127.0.0.1:4000/v1", model="m", paid=said)
        assert gateway.is_paid is said


def test_the_least_that_an_entry_needs(write: Path) -> None:
    write.write_text(LEAST)
    (entry,) = read_models(str(write))
    assert (entry.tier, entry.dialect, entry.context_tokens, entry.key_env) == ("fast", "edit", 128_000, None)


def test_every_field_of_the_contract(write: Path) -> None:
    write.write_text(
        """
        [[model]]
        name = "spark"
        tier = "deep"
        protocol = "responses-ws"
        base_url = "wss://example.org/v1/"
        model = "spark-1"
        key_env = "SPARK_KEY"
        dialect = "v4a"
        context_tokens = 64000
        output_tokens = 8000
        steers = true
        by_invitation = true
        [model.published]
        tokens_per_second = { says = "over 1,000", source = "OpenAI" }
        [model.price]
        input = 1
        output = 5.5
        source = "its page"
        """
    )
    (entry,) = read_models(str(write))
    assert entry.base_url == "wss://example.org/v1"
    assert (entry.tier, entry.protocol, entry.dialect, entry.output_tokens) == ("deep", "responses-ws", "v4a", 8_000)
    assert (entry.steers, entry.by_invitation) == (True, True)
    assert entry.published is not None and entry.published.tokens_per_second is not None
    assert (entry.published.tokens_per_second.says, entry.published.context) == ("over 1,000", None)
    assert entry.price is not None and (entry.price.input, entry.price.output) == (1, 5.5)


def test_an_empty_file_lists_no_models(write: Path) -> None:
    write.write_text("# none\n")
    assert read_models(str(write)) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (('"chat"', '"char"'), "protocol"),
        (('model = "m"', ""), "model: is missing"),
        (('base_url = "http://127.0.0.1:8080/v1"', ""), "base_url: is missing"),
        (("http://127.0.0.1:8080", "ftp://127.0.0.1"), "base_url"),
        (("http://127.0.0.1:8080", "http://user:key@127.0.0.1"), "base_url"),
        (("http://127.0.0.1:8080/v1", "http://127.0.0.1/v1?key=1"), "base_url"),
        (("http://127.0.0.1:8080", "http://127.0.0.1:99999"), "base_url"),
        (("http://127.0.0.1:8080", "http://"), "base_url"),
        (("http://127.0.0.1:8080", "wss://127.0.0.1:8080"), "base_url"),
        (('model = "m"', 'model = "m"\nkey = "csk-1"'), "key: is not a field of a model"),
        (('model = "m"', 'model = "m"\ntier = "quick"'), "tier"),
        (('model = "m"', 'model = "m"\ndialect = "diff"'), "dialect"),
        (('model = "m"', 'model = "m"\ncontext_tokens = "many"'), "context_tokens"),
        (('model = "m"', 'model = "m"\ncontext_tokens = 12'), "context_tokens"),
        (('"chat"', '"anthropic"\neffort = "low"'), "effort"),
        (('model = "m"', 'model = "m"\ncontext_tokens = true'), "context_tokens"),
        (('model = "m"', 'model = "m"\nkey_env = "sk-abc def"'), "key_env"),
        (('model = "m"', 'model = ""'), "model"),
        (('model = "m"', 'model = "m"\nprice = 3'), "price"),
        (('model = "m"', 'model = "m"\nprice = { input = -1.0, output = 1.0, source = "x" }'), "price.input"),
        (('model = "m"', 'model = "m"\npublished = { context = "1k" }'), "published.context"),
        (('model = "m"', 'model = "m"\npublished = { speed = { says = "1", source = "x" } }'), "published.speed"),
    ],
)
def test_a_wrong_value_is_named_with_its_entry_and_field(write: Path, change: tuple[str, str], named: str) -> None:
    message = refusal(write, LEAST.replace(*change))
    assert message.startswith('models.toml: model "spark": ')
    assert named in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[model]]\nname = ", "is not TOML"),
        ("[[modle]]\nname = 'x'", "'modle' is not known"),
        ("[model]\nname = 'x'", "[[model]]"),
        ("model = ['x']", "model 1"),
        ("[[model]]\nprotocol = 'chat'", "model 1: name: is missing"),
        (LEAST * 2, 'model "spark": name: stands 2 times'),
        ("[[model]]\nname = 'mine'\nprotocol = 'rehearsal'", "rehearsal is always called"),
        (f"[[model]]\nname = '{NAME}'\nprotocol = 'rehearsal'\nmodel = 'x'", "takes no"),
        ("# " + "x" * 1_000_001, "is over"),
    ],
)
def test_a_wrong_file_is_one_line(write: Path, text: str, said: str) -> None:
    assert said in refusal(write, text)


@pytest.mark.parametrize(
    ("protocol", "address", "asked"),
    [
        ("anthropic", "https://api.anthropic.com", "https://api.anthropic.com/v1"),
        ("anthropic", "https://api.anthropic.com/", "https://api.anthropic.com/v1"),
        ("anthropic", "https://api.anthropic.com/v1", "https://api.anthropic.com/v1"),
        ("anthropic", "http://gateway:80/anthropic/v1/", "http://gateway:80/anthropic/v1"),
        ("gemini", "https://generativelanguage.googleapis.com", "https://generativelanguage.googleapis.com/v1beta"),
        ("gemini", "https://generativelanguage.googleapis.com/v1", "https://generativelanguage.googleapis.com/v1"),
        ("responses-ws", "wss://api.openai.com", "wss://api.openai.com/v1"),
        ("responses", "https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("chat", "https://api.deepseek.com/", "https://api.deepseek.com"),
    ],
)
def test_addresses_as_the_vendors_write_them(write: Path, protocol: str, address: str, asked: str) -> None:
    entry = f"[[model]]\nname = 'x'\nprotocol = '{protocol}'\nbase_url = '{address}'\nmodel = 'm'\n"
    write.write_text(entry)
    assert read_models(str(write))[0].base_url == asked


def test_other_models_may_not_take_the_rehearsals_name(write: Path) -> None:
    assert "rehearsal" in refusal(write, LEAST.replace('"spark"', f'"{NAME}"'))


def test_a_file_that_is_not_text(write: Path) -> None:
    write.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadModels, match="is not TOML"):
        read_models(str(write))


def test_a_file_that_is_not_there_names_the_variable(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(BadSetting, match="SPARKROOM_MODELS"):
            read_models(str(path))
