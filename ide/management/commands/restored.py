"""`manage.py restored`: to be run after the database was restored from a backup, before the server is started again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ide.store import rooms


class Command(BaseCommand):
    """Gives rooms new epochs, so that browsers offer what they still hold instead of merging it."""

    help = (
        "Run this after the database was restored from a backup, while the server is stopped: browsers that hold newer "
        "text of a room then offer it to their person as a copy, instead of merging two histories of one text."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--room`."""
        parser.add_argument("--room", metavar="ID", help="one room alone; otherwise all of them")

    def handle(self, *_: str, **options: Any) -> None:
        """Renew the epochs, and say of how many rooms."""
        count = rooms.renew_epochs(options["room"])
        if options["room"] is not None and not count:
            raise CommandError(f"There is no room {options['room']}.")
        self.stdout.write(f"{count} {'room has' if count == 1 else 'rooms have'} a new epoch.")
