"""Registers the store's models with Django, and what its connections do with text."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


class StoreConfig(AppConfig):
    """Everything that survives a restart."""

    name = "ide.store"
    label = "store"

    def ready(self) -> None:
        """Prepare the connections to come."""
        connection_created.connect(_prepare)


def _prepare(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if connection.vendor == "postgresql":
        from ide.store.plain_text import replace_nul  # psycopg is loaded where it is used

        replace_nul(connection.connection)
