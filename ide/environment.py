"""Reads settings from the environment, each with its default, its unit and what is allowed.

A wrong value stops the start with one line that names the variable, the value and what is allowed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


class BadSetting(SystemExit):
    """A variable with a value that is not allowed. Ends the process with its one line."""

    def __init__(self, name: str, value: str, allowed: str) -> None:
        super().__init__(f"{name}={value!r} is not allowed: {allowed}")


class Environment:
    """Typed access to environment variables."""

    def __init__(self, variables: Mapping[str, str] = os.environ) -> None:
        self._variables = variables

    def text(self, name: str, default: str = "") -> str:
        """A string; an empty variable counts as unset."""
        return self._variables.get(name, "").strip() or default

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """One of `allowed`."""
        value = self.text(name, default)
        if value not in allowed:
            raise BadSetting(name, value, f"one of {', '.join(allowed)}")
        return value

    def whole(self, name: str, default: int, least: int, most: int, unit: str) -> int:
        """A whole number of `unit` between `least` and `most`, both included."""
        value = self.text(name, str(default))
        allowed = f"a whole number of {unit} from {least} to {most}"
        try:
            number = int(value)
        except ValueError:
            raise BadSetting(name, value, allowed) from None
        if not least <= number <= most:
            raise BadSetting(name, value, allowed)
        return number

    def words(self, name: str) -> list[str]:
        """Words between commas; none when unset."""
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def folder(self, name: str, default: Path) -> Path:
        """An absolute path of a folder, which need not exist yet."""
        path = Path(self.text(name, str(default))).expanduser()
        if path.exists() and not path.is_dir():
            raise BadSetting(name, str(path), "a folder")
        return path.absolute()
