"""Registers the store's models with Django."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Everything that survives a restart."""

    name = "ide.store"
    label = "store"
