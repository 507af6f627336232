"""PROTOCOL.md, [P7]: a socket speaks for its own Yjs clients only."""

from __future__ import annotations

from ide.live.presence import CLIENTS_EACH, STATE_BYTES, PresenceBook
from ide.wire.frames import Presence

ALICE, BOB = object(), object()


def test_p7_the_last_word_of_a_client_is_kept() -> None:
    book = PresenceBook()
    assert book.hear(ALICE, [Presence(1, 1, '{"a":1}')]) == [1]
    assert book.hear(ALICE, [Presence(1, 2, '{"a":2}')]) == [1]
    assert book.hear(ALICE, [Presence(1, 2, '{"a":3}')]) == []
    assert book.all() == [Presence(1, 2, '{"a":2}')]


def test_p7_nobody_speaks_for_anothers_client() -> None:
    book = PresenceBook()
    book.hear(ALICE, [Presence(1, 1, "{}")])
    assert book.hear(BOB, [Presence(1, 9, '{"name":"Alice"}'), Presence(1, 10, "null")]) == []
    assert book.all() == [Presence(1, 1, "{}")]


def test_p7_who_leaves_is_announced_as_gone_and_may_be_named_anew() -> None:
    book = PresenceBook()
    book.hear(ALICE, [Presence(1, 4, "{}")])
    book.hear(BOB, [Presence(2, 1, "{}")])
    assert book.leave(ALICE) == [Presence(1, 5, "null")]
    assert book.all() == [Presence(2, 1, "{}")]
    assert book.hear(BOB, [Presence(1, 6, "{}")]) == [1]


def test_p7_who_comes_back_is_told_to_speak_up_and_an_echo_is_not_taken() -> None:
    book = PresenceBook()
    assert book.doubts(ALICE, [Presence(1, 4, "{}")]) == [Presence(1, 5, "null")]
    book.hear(ALICE, [Presence(1, 4, "{}"), Presence(1, 6, "{}")])
    assert book.doubts(ALICE, [Presence(1, 7, "{}")]) == []
    assert book.leave(ALICE) == [Presence(1, 7, "null")]

    echo = [Presence(1, 6, "{}")]
    assert book.doubts(BOB, echo) == [Presence(1, 7, "null")]
    assert book.hear(BOB, echo) == []
    assert book.doubts(BOB, [Presence(1, 8, "null")]) == []
    assert book.hear(ALICE, [Presence(1, 8, "{}")]) == [1]


def test_p7_who_may_name_no_more_clients_is_not_asked_again() -> None:
    book = PresenceBook()
    book.hear(ALICE, [Presence(client, 1, "{}") for client in range(CLIENTS_EACH)])
    assert book.doubts(ALICE, [Presence(100, 1, "{}")]) == []


def test_states_that_are_no_objects_or_too_large_are_ignored() -> None:
    book = PresenceBook()
    bad = ["", "7", "[]", "{", '"x"', '{"x":"' + "x" * STATE_BYTES + '"}']
    assert book.hear(ALICE, [Presence(number, 1, state) for number, state in enumerate(bad)]) == []
    assert book.all() == []


def test_one_socket_cannot_fill_the_book() -> None:
    book = PresenceBook()
    assert len(book.hear(ALICE, [Presence(client, 1, "{}") for client in range(1000)])) == CLIENTS_EACH


def test_the_servers_own_clients_move_and_go() -> None:
    book = PresenceBook()
    assert book.say(ALICE, 7, {"cursor": 1}) == [7]
    assert book.say(ALICE, 7, {"cursor": 2}) == [7]
    assert book.read([7]) == [Presence(7, 2, '{"cursor":2}')]
