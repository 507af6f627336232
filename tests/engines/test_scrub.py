from __future__ import annotations

import pytest

from ide.engines.scrub import scrub

KEY = "csk-8f3kq2m4x9v7tyrw5p6n"


@pytest.mark.parametrize(
    "text",
    [
        f"Incorrect API key provided: {KEY}. You can find yours at example.org",
        f"header 'Authorization: Bearer {KEY}' was refused",
        f"key={KEY[:-4]}**** is wrong",
        f"the key starts with {KEY[:10]}",
        f"the key ends in {KEY[-6:]}",
        f"a\n{KEY}\nb",
        f'{{"given":"{KEY}"}}',
        f"no such key: {KEY.upper()}",
        "x" * 280 + f" {KEY}",
    ],
)
def test_no_part_of_the_own_key_gets_through(text: str) -> None:
    said = scrub(text, KEY)
    assert not any(KEY[at : at + 6] in said.lower() for at in range(len(KEY) - 5)), said
    assert len(said) <= 300
    assert "\n" not in said


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abcDEF123456",
        "sk-abc***xyz9",
        "gsk_1234567890abcdef",
        "AIzaSyA1234567890abcdef",
        "0123456789abcdef0123456789abcdef",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
    ],
)
def test_what_looks_like_somebody_elses_key_is_hidden_too(secret: str) -> None:
    said = scrub(f"Incorrect API key provided: {secret}, see the documentation.")
    assert secret not in said
    assert said == "Incorrect API key provided: [hidden], see the documentation."


@pytest.mark.parametrize(
    "sentence",
    [
        "The model `deepseek-coder-v3-0324-instruct` does not exist or you do not have access to it.",
        "This model's maximum context length is 131072 tokens; your request has 140233.",
        "Rate limit reached for openai/gpt-oss-120b on tokens per minute (TPM): Limit 8000. Try again in 7.66s.",
        "invalid_request_error: stream_options is not supported",
    ],
)
def test_sentences_that_help_stay_as_they_are(sentence: str) -> None:
    assert scrub(sentence, KEY) == sentence


def test_control_characters_and_length() -> None:
    assert scrub("a\x1b[31mb\x00c\u202ed") == "a [31mb c d"
    assert scrub("word " * 1_000).endswith("…")
