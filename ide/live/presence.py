"""Who is where in a room: Yjs awareness, never stored.

Each Yjs client belongs to whoever named it first: a connection, a turn for the model's hands, or another process for
all of those there (by its name, a string). What anybody else says of it is ignored, so nobody can move or remove
another's cursor.

A client that comes back speaks with the clock with which it left, and those who saw it leave want a higher one. Stock
clients also repeat what they hear of others, sometimes after those have left. One answer serves both: whoever names a
client for which nobody speaks is told that it is gone. A client that hears this of itself gives itself a higher clock
and says that it is here; of another one, it forgets it.
"""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from ide.wire.frames import Presence

STATE_BYTES = 8_192
CLIENTS_EACH = 4
REMEMBERED_CLIENTS = 256
GONE = "null"


class PresenceBook:
    """The last word of every Yjs client in one room."""

    def __init__(self) -> None:
        self._clients: dict[int, Presence] = {}
        self._owners: dict[int, object] = {}
        self._left: dict[int, int] = {}

    def doubts(self, owner: object, said: Iterable[Presence]) -> list[Presence]:
        """What to answer `owner`, before it is heard: that clients which it names, and nobody speaks for, are gone."""
        may_speak = len(self.clients_of(owner)) < CLIENTS_EACH
        return [
            Presence(presence.client, max(presence.clock + 1, self._left.get(presence.client, 0)), GONE)
            for presence in said
            if presence.client not in self._clients
            and presence.state != GONE
            # Otherwise such an answer would be answered without end.
            and (may_speak or self._is_old(presence))
        ]

    def outdated(self, said: Iterable[Presence]) -> list[Presence]:
        """What to answer a process: that clients of which it says nothing new were announced as gone meanwhile."""
        return [Presence(old.client, self._left[old.client], GONE) for old in said if self._is_old(old)]

    def owner(self, client: int) -> object:
        """Who speaks for the client. None if nobody does."""
        return self._owners.get(client)

    def hear(self, owner: object, said: Iterable[Presence]) -> list[int]:
        """Take what `owner` says of its own clients. Returns the clients of which it said something new."""
        changed = []
        for presence in said:
            if self._owners.get(presence.client, owner) != owner or not _acceptable(presence.state):
                continue
            known = self._clients.get(presence.client)
            if known is None:
                refused = self._is_old(presence) or len(self.clients_of(owner)) >= CLIENTS_EACH
                if presence.state == GONE or (refused and not isinstance(owner, str)):
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
        clock = known.clock if known else self._left.get(client, 0)
        return self.hear(owner, [Presence(client, clock + 1, orjson.dumps(state).decode())])

    def leave(self, owner: object) -> list[Presence]:
        """Forget the clients of `owner`. Returns what the others must be told."""
        return [self.forget(client) for client in self.clients_of(owner)]

    def forget(self, client: int) -> Presence:
        """Forget one client. Returns what the others must be told."""
        del self._owners[client]
        known = self._clients.pop(client)
        clock = self._left[client] = known.clock if known.state == GONE else known.clock + 1
        if len(self._left) > REMEMBERED_CLIENTS:
            del self._left[next(iter(self._left))]
        return Presence(client, clock, GONE)

    def clients_of(self, owner: object) -> list[int]:
        """The clients that `owner` speaks for."""
        return [client for client, its_owner in self._owners.items() if its_owner == owner]

    def is_here(self, client: int) -> bool:
        """True if this process speaks for the client."""
        return client in self._owners and not isinstance(self._owners[client], str)

    def here(self) -> list[Presence]:
        """The last word of every client for which this process speaks."""
        return [presence for presence in self.all() if self.is_here(presence.client)]

    def read(self, clients: Iterable[int]) -> list[Presence]:
        """The last word of those `clients` that are still known."""
        return [self._clients[client] for client in clients if client in self._clients]

    def all(self) -> list[Presence]:
        """The last word of every client that is here."""
        return [presence for presence in self._clients.values() if presence.state != GONE]

    def _is_old(self, presence: Presence) -> bool:
        """True if this was said before the client left."""
        return presence.clock <= self._left.get(presence.client, -1)


def _acceptable(state: str) -> bool:
    if len(state) > STATE_BYTES:
        return False
    try:
        value = orjson.loads(state)
    except orjson.JSONDecodeError:
        return False
    return value is None or isinstance(value, dict)
