"""The hands of a turn in the room's presence: a Yjs client of their own, a name, a colour and a cursor."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from ide.live.room import LiveRoom

COLOURS: Final = ("#7c3aed", "#0891b2", "#c2410c", "#be185d", "#4d7c0f", "#1d4ed8", "#a16207", "#0f766e")


class Hands:
    """One turn's. Nothing is shown of them before they first move."""

    def __init__(self, room: LiveRoom, turn: str, model: str) -> None:
        self._room = room
        self._turn = turn
        self._model = model
        self._client = secrets.randbits(32)
        self._colour: str | None = None

    def move(self, file_id: str, position: dict[str, Any] | None) -> None:
        """The cursor stands there now, or (None) nowhere in this file."""
        if self._colour is None:
            self._colour = _free_colour(self._room)
        user = {
            "id": "model",
            "name": self._model,
            "color": self._colour,
            "colorLight": f"{self._colour}33",
            "model": True,
            "turn": self._turn,
        }
        cursor = {"anchor": position, "head": position} if position else None
        state = {"user": user, "cursor": cursor, "document": file_id}
        self._room.outbox.presence(self._room.presence.say(self, self._client, state))

    def leave(self) -> None:
        """They are gone."""
        self._room.outbox.farewell(self._room.presence.leave(self))


def _free_colour(room: LiveRoom) -> str:
    """A colour that no other model has in this room now, in whichever process, as long as there are any."""
    taken = []
    for presence in room.presence.all():
        state = orjson.loads(presence.state)
        user = state.get("user") if isinstance(state, dict) else None
        if isinstance(user, dict) and user.get("model"):
            taken.append(user.get("color"))
    return min(COLOURS, key=taken.count)
