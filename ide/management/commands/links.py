"""`manage.py links ROOM`: the links that open a room, for the operator of a server whose owner has lost theirs."""

from __future__ import annotations

import http.client
import json
from argparse import ArgumentParser
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ide.domain.access import make_token
from ide.launcher.addresses import Addresses
from ide.store import rooms
from ide.wire.codes import Role

ROLES: Final = {"owner": Role.OWNER, "edit": Role.EDITOR, "view": Role.VIEWER}
ANSWER_SECONDS: Final = 10.0


class Command(BaseCommand):
    """Prints the three links; with `--new`, makes every link of one role worthless before."""

    help = "Print the links that open a room."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which room, and whether to replace the links of a role."""
        parser.add_argument("room", help="the room's id, as it stands in its address: /r/ROOM")
        parser.add_argument("--origin", help="how people reach the server, such as https://rooms.example")
        parser.add_argument("--new", choices=tuple(ROLES), help="make the links of this role worthless first")

    def handle(self, *_: str, **options: Any) -> None:
        """Print one line for each role."""
        room = rooms.read(options["room"])
        if room is None:
            raise CommandError(f"There is no room {options['room']!r} in this database.")
        addresses = Addresses(settings.HOST, settings.PORT, settings.ALLOWED_HOSTS)
        if options["new"]:
            room = self._renewed(room, ROLES[options["new"]], addresses)
        origin = (options["origin"] or addresses.public).rstrip("/")
        for name, role in ROLES.items():
            token = make_token(settings.SECRET_KEY, room.id, role, room.generations[role])
            self.stdout.write(f"{name:<5}  {origin}/r/{room.id}#{token}")

    def _renewed(self, room: rooms.StoredRoom, role: Role, addresses: Addresses) -> rooms.StoredRoom:
        """The room once every link of `role` is worthless. Raises CommandError.

        A server that runs is asked to do it, since it also closes who came in by such a link.
        """
        owner = make_token(settings.SECRET_KEY, room.id, Role.OWNER, room.generations[Role.OWNER])
        headers = {
            "Authorization": f"Bearer {owner}",
            "Content-Type": "application/json",
            "Host": addresses.host_header,
        }
        server = http.client.HTTPConnection(*addresses.probe, timeout=ANSWER_SECONDS)
        try:
            server.request("POST", f"/api/rooms/{room.id}/tokens/revoke", json.dumps({"role": role.value}), headers)
            status = server.getresponse().status
            if status != 200:
                raise CommandError(f"The server at {addresses.public} answered {status}: nothing was changed.")
            renewed = rooms.read(room.id)
        except ConnectionRefusedError:
            self.stderr.write(
                f"No server runs at {addresses.public}: who came in on another one stays in until they reconnect."
            )
            renewed = rooms.revoke(room.id, role)
        except OSError as error:
            raise CommandError(f"The server at {addresses.public} gives no answer ({error}).") from None
        finally:
            server.close()
        if renewed is None:
            raise CommandError("The room was deleted in the meantime.")
        return renewed
