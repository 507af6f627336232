"""The models that rooms may ask: what they are, which is the default, and one engine for each.

`models.toml` lists them, or they are found at start. The rehearsal is always among them, under its own name; it never
stands in for a model that failed.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Self

from django.conf import settings

from ide.engines.configuration import Entry, read_models
from ide.engines.detection import detect
from ide.engines.model import CodeModel
from ide.engines.protocols.chat import Chat
from ide.engines.rehearsal import NAME as REHEARSAL_NAME
from ide.engines.rehearsal import Rehearsal
from ide.engines.streams.sse_model import SseModel
from ide.wire.shapes import Model

_PROTOCOLS = ("chat", "rehearsal")
_DIALECTS = ("edit",)
_WARMED = 4
_REHEARSAL = Entry(name=REHEARSAL_NAME, protocol="rehearsal")


class UnknownModel(LookupError):
    """No model of this name is configured."""


class ModelNotUsable(Exception):
    """The model is configured but cannot be asked; the message says what it needs."""


class Catalogue:
    """The configured models. Engines are made when they are first asked for, and closed together."""

    def __init__(
        self,
        entries: Iterable[Entry],
        environment: Mapping[str, str],
        rehearsal_tokens_per_second: float,
        search: Callable[[], Awaitable[list[Entry]]] | None = None,
    ) -> None:
        """Keys are read from `environment`. `search`, if given, finds entries that replace `entries`."""
        self._environment = environment
        self._rehearsal_tokens_per_second = rehearsal_tokens_per_second
        self._search = search
        self._entries = _with_rehearsal(entries)
        self._engines: dict[str, CodeModel] = {}
        self._warming: set[asyncio.Task[None]] = set()

    @classmethod
    def from_settings(cls) -> Self:
        """The catalogue that the settings describe. Ends the process with one line for a file that cannot be used."""
        file, speed = settings.MODELS_FILE, settings.REHEARSAL_TOKENS_PER_SECOND
        if file:
            return cls(read_models(file), os.environ, speed)
        return cls((), os.environ, speed, partial(detect, os.environ, settings.PORT))

    async def detect(self) -> None:
        """Look for models where no file lists them: once, and for at most some two seconds."""
        if self._search is not None:
            search, self._search = self._search, None
            self._entries = _with_rehearsal(await search())

    def models(self) -> list[Model]:
        """Every model, in the file's order, the rehearsal last unless the file places it."""
        return [self._shape(entry) for entry in self._entries.values()]

    def model(self, name: str) -> Model:
        """The model of this name. Raises `UnknownModel`."""
        return self._shape(self._entry(name))

    def default(self) -> str:
        """The name of the first fast model that can be asked; the rehearsal's if there is none."""
        usable = (model.name for model in self.models() if model.tier == "fast" and model.needs is None)
        return next(usable, REHEARSAL_NAME)

    def engine(self, name: str) -> CodeModel:
        """The one engine of this model. Raises `UnknownModel` or `ModelNotUsable`."""
        entry = self._entry(name)
        if (needs := self._needs(entry)) is not None:
            raise ModelNotUsable(f"{entry.name}: {needs}")
        if name not in self._engines:
            self._engines[name] = self._make(entry)
        return self._engines[name]

    def warm(self) -> None:
        """Begin to open connections to the fast models, the default first. Returns at once."""
        fast = [model for model in self.models() if model.tier == "fast" and model.needs is None]
        for model in fast[:_WARMED]:
            task = asyncio.get_running_loop().create_task(self.engine(model.name).warm())
            self._warming.add(task)
            task.add_done_callback(self._warming.discard)

    async def close(self) -> None:
        """Release every engine's connections. An engine that is asked for afterwards is a new one."""
        for task in self._warming:
            task.cancel()
        await asyncio.gather(*self._warming, return_exceptions=True)
        engines = list(self._engines.values())
        self._engines.clear()
        await asyncio.gather(*(engine.close() for engine in engines))

    def _entry(self, name: str) -> Entry:
        if name not in self._entries:
            raise UnknownModel(f"there is no model {name[:60]!r}")
        return self._entries[name]

    def _make(self, entry: Entry) -> CodeModel:
        if entry.protocol == "rehearsal":
            return Rehearsal(self._rehearsal_tokens_per_second)
        return SseModel(entry.base_url or "", Chat(entry.model or "", self._key(entry), entry.output_tokens))

    def _key(self, entry: Entry) -> str | None:
        return self._environment.get(entry.key_env, "").strip() or None if entry.key_env else None

    def _needs(self, entry: Entry) -> str | None:
        if entry.protocol not in _PROTOCOLS:
            return f"protocol {entry.protocol} is not available in this version"
        if entry.dialect not in _DIALECTS:
            return f"dialect {entry.dialect} is not available in this version"
        if entry.key_env is not None:
            key = self._key(entry)
            if key is None:
                return f"needs {entry.key_env}"
            # It becomes a header: anything else would be a way to write others.
            if not (key.isascii() and key.isprintable()):
                return f"needs a key in {entry.key_env} that is plain ASCII"
        return None

    def _shape(self, entry: Entry) -> Model:
        return Model(
            name=entry.name,
            tier=entry.tier,
            protocol=entry.protocol,
            dialect=entry.dialect,
            context_tokens=entry.context_tokens,
            rehearsal=entry.protocol == "rehearsal",
            plays_at=round(self._rehearsal_tokens_per_second) if entry.protocol == "rehearsal" else None,
            needs=self._needs(entry),
        )


def _with_rehearsal(entries: Iterable[Entry]) -> dict[str, Entry]:
    named = {entry.name: entry for entry in entries}
    named.setdefault(REHEARSAL_NAME, _REHEARSAL)
    return named
