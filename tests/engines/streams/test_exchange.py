from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ide.engines.streams.exchange import Said

FIELDS: dict[str, Any] = {"model": "m", "instructions": "Be brief."}


def items(*texts: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": text} for text in texts]


EARLIER = Said.of(FIELDS, items("a", "b"))


def test_a_request_that_says_more_goes_on() -> None:
    fields = {"instructions": "Be brief.", "model": "m"}
    later = [{"content": "a", "role": "user"}, *items("b", "c", "d")]
    assert Said.of(fields, later).goes_on_from(EARLIER)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"model": "m"},
        FIELDS | {"instructions": "Be brief"},
        FIELDS | {"max_output_tokens": 20},
        FIELDS | {"x": None},
    ],
)
def test_another_field_means_that_it_does_not(fields: dict[str, Any]) -> None:
    assert not Said.of(fields, items("a", "b", "c")).goes_on_from(EARLIER)


@pytest.mark.parametrize(
    "later",
    [
        items(),
        items("a"),
        items("a", "b"),
        items("b", "a", "c"),
        items("a", "B", "c"),
        items("ab", "c", "d"),
        items("x", "a", "b", "c"),
        [{"role": "assistant", "content": "a"}, *items("b", "c")],
    ],
)
def test_nor_does_one_that_begins_otherwise_or_says_no_more(later: list[dict[str, Any]]) -> None:
    assert not Said.of(FIELDS, later).goes_on_from(EARLIER)


# Half a surrogate pair is among what people send.
TEXTS = st.lists(st.text(st.sampled_from("ab🐍\ud83d"), max_size=2), max_size=5)


@given(TEXTS, TEXTS)
def test_it_goes_on_exactly_if_it_begins_with_all_that_was_said(old: list[str], new: list[str]) -> None:
    goes_on = Said.of(FIELDS, items(*new)).goes_on_from(Said.of(FIELDS, items(*old)))
    assert goes_on == (len(new) > len(old) and new[: len(old)] == old)
