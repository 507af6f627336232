"""`manage.py serve`: what Sparkroom is made of, on this machine, until Ctrl-C or TERM."""

from __future__ import annotations

import asyncio
import os
from argparse import ArgumentParser
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from ide.launcher import redis, stack
from ide.launcher.addresses import Addresses
from ide.launcher.children import redis_child, web_child, worker_children
from ide.launcher.claims import DataFolder, listen
from ide.launcher.reload import keep_current
from ide.launcher.supervisor import Child, NotStarted, Supervisor


class Command(BaseCommand):
    """Starts Redis, the web processes and the workers, and keeps them running."""

    help = "Serve until Ctrl-C: Redis (unless REDIS_URL is set), the web processes and the workers."
    # They import the whole application, which only the children need.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which part to serve, and how."""
        parser.add_argument("--only", choices=("web", "worker"), help="one part alone; needs REDIS_URL")
        parser.add_argument("--reload", action="store_true", help="load what changes in the sources again")

    def handle(self, **options: Any) -> None:
        """Serve until Ctrl-C, TERM or the end of the terminal."""
        only: str | None = options["only"]
        if only and not os.environ.get("REDIS_URL"):
            raise SystemExit(f"REDIS_URL is not set: --only {only} needs the Redis that the other parts use")
        try:
            if only == "worker":
                workers = worker_children(settings.REDIS_URL, self._environment(settings.REDIS_URL))
                self._serve([workers], "The workers run")
            else:
                self._serve_web(with_worker=only is None, current=options["reload"])
        except NotStarted as failure:
            raise SystemExit(str(failure)) from None
        except KeyboardInterrupt:
            raise SystemExit(130) from None

    def _serve_web(self, with_worker: bool, current: bool) -> None:
        addresses = Addresses(settings.HOST, settings.PORT, settings.ALLOWED_HOSTS)
        with ExitStack() as held:
            held.enter_context(DataFolder(settings.DATA, addresses.public))
            listeners = [held.enter_context(listen(settings.HOST, settings.PORT))]
            if own_port := settings.SITES.preview_port:
                listeners.append(held.enter_context(listen(settings.HOST, own_port, "SPARKROOM_PREVIEW_PORT")))
            self._migrate()
            layers: list[list[Child]] = []
            redis_url = settings.REDIS_URL
            if not os.environ.get("REDIS_URL"):
                path = redis.socket_path(settings.DATA)
                redis_url = f"unix://{path}"
                layers.append([redis_child(path)])
            environment = self._environment(redis_url)
            shared = [listener.fileno() for listener in listeners]
            layers.append([])
            for number in range(1, settings.WEB_PROCESSES + 1):
                name = "The web process" if settings.WEB_PROCESSES == 1 else f"Web process {number}"
                probe = held.enter_context(listen("127.0.0.1", 0))
                layers[-1].append(web_child(settings.SERVER, name, shared, probe, addresses.host_header, environment))
            if with_worker:
                layers[-1] += worker_children(redis_url, environment)
            keep_sources = partial(keep_current, children=layers[-1], say=self._say) if current else None
            others = f"; other devices open {addresses.elsewhere}" if addresses.elsewhere else ""
            self._serve(layers, f"Sparkroom is ready at {addresses.public}{others}", keep_sources)

    def _serve(
        self,
        layers: list[list[Child]],
        ready: str,
        alongside: Callable[[Supervisor], Coroutine[None, None, None]] | None = None,
    ) -> None:
        asyncio.run(stack.serve(layers, ready, self._say, alongside))

    def _migrate(self) -> None:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise SystemExit(f"The database of DATABASE_URL cannot be used: {' '.join(str(error).split())}") from None
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._say("Bringing the database up to date")
            call_command("migrate", verbosity=0, interactive=False)
        connection.close()

    def _environment(self, redis_url: str) -> dict[str, str]:
        return {**os.environ, "DJANGO_SETTINGS_MODULE": "ide.settings", "REDIS_URL": redis_url}

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
