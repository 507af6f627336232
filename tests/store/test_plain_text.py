"""Text that people and models write is kept, whatever characters they use."""

from __future__ import annotations

import pytest

from ide.store import messages, rooms, turns
from ide.store.models import Turn
from ide.wire import shapes
from ide.wire.codes import Mode, TurnState

ODD = ["a\0b", "\0", "\\u0000", "\\\\u0000", "\\\0", "Zoë 🌍\x7f\u2028", "%s %(a)s", "'\"\n\r\t"]


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_odd_characters_are_kept_as_far_as_the_database_can(database: str, room: str, text: str) -> None:
    kept = text.replace("\0", "\ufffd") if database == "PostgreSQL" else text
    rooms.retitle(room, text)
    stored = rooms.read(room)
    assert stored is not None
    assert stored.title == kept

    said = messages.create(room, shapes.Message(id="m", member="m", member_name=text, text=text, sent_at=1))
    assert said.message.text == text
    assert [message.text for message in messages.recent(room, 1)] == [kept]

    turn = Turn.objects.create(
        id="t",
        room_id=room,
        member="m",
        member_name=text,
        model="m",
        rehearsal=True,
        mode=Mode.EDIT,
        prompts=[text, text],
        state=TurnState.SETTLED,
        text=text,
        timing={},
        asked_at=1,
    )
    turn.refresh_from_db()
    assert (turn.prompts, turn.text) == ([kept, kept], kept)
    assert turns.read(room, "t") == turns.to_shape(turn)
