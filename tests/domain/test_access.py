from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ide.domain.access import Claim, Grant, make_grant, make_token, read_grant, read_token
from ide.wire.codes import Role

KEY = "k" * 40
ROOM = "abcdefgh234567"


@pytest.mark.parametrize("role", list(Role))
def test_a_token_says_its_role_and_generation(role: Role) -> None:
    assert read_token(KEY, ROOM, make_token(KEY, ROOM, role, 12)) == Claim(role, 12)


def test_a_token_of_another_room_or_server_says_nothing() -> None:
    token = make_token(KEY, ROOM, Role.OWNER, 1)
    assert read_token(KEY, "zzzzzzzz234567", token) is None
    assert read_token("other" * 10, ROOM, token) is None


def test_a_viewers_token_cannot_be_made_an_owners() -> None:
    token = make_token(KEY, ROOM, Role.VIEWER, 1)
    assert read_token(KEY, ROOM, f"o{token[1:]}") is None
    assert read_token(KEY, ROOM, f"v2{token[2:]}") is None


@given(st.text(max_size=80))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    assert read_token(KEY, ROOM, text) is None
    assert read_grant(KEY, text) is None


def test_a_grant_names_its_room_and_its_holder_and_is_no_token() -> None:
    whose = Grant(ROOM, "aaaabbbbccccdd", Claim(Role.VIEWER, 3))
    text = make_grant(KEY, whose)
    assert read_grant(KEY, text) == whose
    assert read_grant(KEY, text.replace("-v3-", "-v4-")) is None
    assert read_grant(KEY, text.replace("aaaabbbb", "aaaabbbc")) is None
    assert read_grant("other" * 10, text) is None
    assert read_token(KEY, ROOM, text) is None
