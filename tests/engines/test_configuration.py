from __future__ import annotations

from pathlib import Path

import pytest

from ide.engines.configuration import BadModels, read_models
from ide.engines.rehearsal import NAME
from ide.environment import BadSetting

ROOT = Path(__file__).resolve().parents[2]
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


def test_the_example_is_right() -> None:
    entries = read_models(str(ROOT / "models.example.toml"))
    assert [entry.name for entry in entries] == ["gpt-oss-120b", "mercury", "local"]


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
        """
    )
    (entry,) = read_models(str(write))
    assert entry.base_url == "wss://example.org/v1"
    assert (entry.tier, entry.protocol, entry.dialect, entry.output_tokens) == ("deep", "responses-ws", "v4a", 8_000)


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
        (('model = "m"', 'model = "m"\ncontext_tokens = true'), "context_tokens"),
        (('model = "m"', 'model = "m"\nkey_env = "sk-abc def"'), "key_env"),
        (('model = "m"', 'model = ""'), "model"),
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
