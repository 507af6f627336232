"""`manage.py languages`: prints what programs may be written in, as JSON.

`npm run wire` in frontend/ writes it to `src/wire/languages.ts`.
"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from ide.engines.languages import languages


class Command(BaseCommand):
    """Prints the languages to standard output."""

    help = "Print the languages of languages.toml as JSON."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write them, two spaces deep."""
        entries = [language.model_dump(mode="json") for language in languages()]
        self.stdout.write(json.dumps(entries, indent=2, ensure_ascii=False))
