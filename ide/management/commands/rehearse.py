"""`manage.py rehearse`: the rehearsal as an OpenAI-compatible server, so that other tools can be pointed at it."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any, Final

from aiohttp import web
from django.conf import settings
from django.core.management.base import BaseCommand

from ide.engines.rehearsal import NAME, Rehearsal
from ide.engines.rehearsal.server import application

_HOST: Final = "127.0.0.1"


class Command(BaseCommand):
    """Serves on loopback until it is interrupted."""

    help = f"Serve {NAME} as an OpenAI-compatible server on loopback."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--port` and `--speed`."""
        speed = settings.REHEARSAL_TOKENS_PER_SECOND
        parser.add_argument("--port", type=int, default=8089, help="port on 127.0.0.1 (default 8089)")
        parser.add_argument("--speed", type=_speed, default=speed, help=f"tokens per second (default {speed})")

    def handle(self, *_: str, **options: Any) -> None:
        """Serve, and print the base URL once the port is open."""
        web.run_app(
            application(Rehearsal(options["speed"])),
            host=_HOST,
            port=options["port"],
            print=lambda _: self.stdout.write(f"http://{_HOST}:{options['port']}/v1 is {NAME}. Ctrl-C ends it."),
            handle_signals=True,
        )


def _speed(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 100_000:
        return int(text)
    raise ArgumentTypeError(f"{text!r} is not allowed: 1 to 100000 tokens per second")
