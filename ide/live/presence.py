"""Who is where in a room: Yjs awareness, never stored.

Each Yjs client belongs to whoever named it first: a connection, or the server itself for the model's hands. What
anybody else says of it is ignored, so nobody can move or remove another's cursor.
"""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from ide.wire.frames import Presence

STATE_BYTES = 8_192
CLIENTS_EACH = 4
GONE = "null"


class PresenceBook:
    """The last word of every Yjs client in one room."""

    def __init__(self) -> None:
        self._clients: dict[int, Presence] = {}
        self._owners: dict[int, object] = {}

    def hear(self, owner: object, said: Iterable[Presence]) -> list[int]:
        """Take what `owner` says of its own clients. Returns the clients of which it said something new."""
        changed = []
        for presence in said:
            if self._owners.get(presence.client, owner) != owner or not _acceptable(presence.state):
                continue
            known = self._clients.get(presence.client)
            if known is None:
                if presence.state == GONE or len(self.clients_of(owner)) >= CLIENTS_EACH:
                    continue
            elif presence.clock <= known.clock and not (presence.clock == known.clock and presence.state == GONE):
                continue
            self._clients[presence.client] = presence
            self._owners[presence.client] = owner
            changed.append(presence.client)
        return changed

    def say(self, owner: object, client: int, state: object) -> list[int]:
        """Give one of the server's own clients a new state. None removes it."""
        known = self._clients.get(client)
        text = orjson.dumps(state).decode()
        return self.hear(owner, [Presence(client, known.clock + 1 if known else 1, text)])

    def leave(self, owner: object) -> list[Presence]:
        """Forget the clients of `owner`. Returns what the others must be told."""
        return [self.forget(client) for client in self.clients_of(owner)]

    def forget(self, client: int) -> Presence:
        """Forget one client. Returns what the others must be told."""
        del self._owners[client]
        known = self._clients.pop(client)
        return Presence(client, known.clock + 1, GONE)

    def clients_of(self, owner: object) -> list[int]:
        """The clients that `owner` speaks for."""
        return [client for client, its_owner in self._owners.items() if its_owner == owner]

    def read(self, clients: Iterable[int]) -> list[Presence]:
        """The last word of those `clients` that are still known."""
        return [self._clients[client] for client in clients if client in self._clients]

    def all(self) -> list[Presence]:
        """The last word of every client that is here."""
        return [presence for presence in self._clients.values() if presence.state != GONE]


def _acceptable(state: str) -> bool:
    if len(state) > STATE_BYTES:
        return False
    try:
        value = orjson.loads(state)
    except orjson.JSONDecodeError:
        return False
    return value is None or isinstance(value, dict)
