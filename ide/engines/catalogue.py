"""The models that rooms may ask: what they are, which is the default, and one engine for each.

A file lists them: the one that ships, or the operator's own. Servers on this machine are looked for again whenever
somebody might want to know. The rehearsal is always among them, under its own name; it never stands in for a model that
failed.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlsplit

from django.conf import settings

from ide.engines.configuration import SHIPPED, Entry, read_models
from ide.engines.detection import find_local, is_own
from ide.engines.keys import Keys, is_key
from ide.engines.model import CodeModel
from ide.engines.rehearsal import NAME as REHEARSAL_NAME
from ide.engines.rehearsal import Rehearsal
from ide.engines.upstreams import connect
from ide.wire.codes import Capability
from ide.wire.shapes import Model

_WARMED: Final = 4
_LOOK_EVERY_SECONDS: Final = 3.0
_WARM_EVERY_SECONDS: Final = 20.0
# Two of the longest answers (`Patience.whole`): a turn that runs asks again, for a repair, with the key that it began
# with. One that goes on for longer loses the answer that it is at.
_RETIRED_FOR_SECONDS: Final = 1_800.0
_REHEARSAL: Final = Entry(name=REHEARSAL_NAME, protocol="rehearsal")


class UnknownModel(LookupError):
    """No model of this name is configured."""


class ModelNotUsable(Exception):
    """The model is configured but cannot be asked; the message says what it needs."""


@dataclass(frozen=True, slots=True)
class _Made:
    """An engine, and what it was made of."""

    entry: Entry
    key: str | None
    engine: CodeModel


class Catalogue:
    """The configured models. Engines are made when they are first asked for, and closed together."""

    def __init__(
        self, entries: Iterable[Entry], keys: Keys, rehearsal_tokens_per_second: float, own_port: int = 0
    ) -> None:
        """`own_port` is where this server listens: no model's."""
        self.keys = keys
        self._rehearsal_tokens_per_second = rehearsal_tokens_per_second
        self._own_port = own_port
        self._listed = tuple(entries)
        self._local: dict[str, list[Entry]] = {}
        self._looked_at = float("-inf")
        self._looking: asyncio.Task[None] | None = None
        self._made: dict[str, _Made] = {}
        self._retired: dict[CodeModel, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    def from_settings(cls) -> Self:
        """The catalogue that the settings describe. Ends the process with one line for a file that cannot be used."""
        keys = Keys(os.environ, settings.DATA / "keys.json")
        entries = read_models(settings.MODELS_FILE or SHIPPED)
        return cls(entries, keys, settings.REHEARSAL_TOKENS_PER_SECOND, settings.PORT)

    async def look(self) -> None:
        """Look which models the servers on this machine have now, unless that was done a moment ago."""
        now = asyncio.get_running_loop().time()
        if now - self._looked_at >= _LOOK_EVERY_SECONDS:
            self._looked_at = now
            self._looking = self._begin(self._look())
        if self._looking is not None:
            await asyncio.shield(self._looking)

    def models(self) -> list[Model]:
        """Every model, in the file's order, the rehearsal last unless the file places it."""
        return [self._shape(entry) for entry in self._entries().values()]

    def model(self, name: str) -> Model:
        """The model of this name. Raises `UnknownModel`."""
        return self._shape(self.entry(name))

    def entry(self, name: str) -> Entry:
        """What the file, or its server, says of a model. Raises `UnknownModel`."""
        entries = self._entries()
        if name not in entries:
            raise UnknownModel(f"there is no model {name[:60]!r}")
        return entries[name]

    def default(self) -> str:
        """The name of the first fast model that can be asked; the rehearsal's if there is none."""
        usable = [model for model in self.models() if model.tier == "fast" and model.needs is None]
        first = next(iter(usable), None)
        if first is not None and first.by_invitation:
            # A key says nothing of an invitation: without one, every prompt to that model would fail.
            first = next((model for model in usable if not (model.by_invitation or model.rehearsal)), first)
        return first.name if first else REHEARSAL_NAME

    def engine(self, name: str) -> CodeModel:
        """The one engine of this model. Raises `UnknownModel` or `ModelNotUsable`."""
        entry = self.entry(name)
        if (needs := self._needs(entry)) is not None:
            raise ModelNotUsable(f"{entry.name}: {needs}")
        key = self.key(entry)
        made = self._made.get(name)
        if made is None or (made.entry, made.key) != (entry, key):
            if made is not None:
                self._retire(name)
            made = self._made[name] = _Made(entry, key, self._make(entry, key))
        return made.engine

    def key(self, entry: Entry) -> str | None:
        """The model's key, if it takes one and there is one."""
        return self.keys.get(entry.key_env) if entry.key_env else None

    def key_names(self) -> set[str]:
        """The variables that hold keys of models."""
        return {entry.key_env for entry in self._listed if entry.key_env}

    def warm(self) -> None:
        """Begin to open connections to the fast models, the default first. Returns at once."""
        fast = [model.name for model in self.models() if model.tier == "fast" and model.needs is None]
        default = self.default()
        fast.sort(key=lambda name: name != default)
        for name in fast[:_WARMED]:
            self._begin(self.engine(name).warm())

    async def keep_warm(self, wanted: Callable[[], bool]) -> None:
        """While `wanted`, keep those connections open, which servers close when they are idle. Never returns.

        Wanted or not, it lets go of the engines that no new turn may have: any process may have changed the keys.
        """
        while True:
            await asyncio.sleep(_WARM_EVERY_SECONDS)
            self._retire_unusable()
            if wanted():
                await self.look()
                self.warm()

    async def close(self) -> None:
        """Release every engine's connections. An engine that is asked for afterwards is a new one."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for timer in self._retired.values():
            timer.cancel()
        engines = [*(made.engine for made in self._made.values()), *self._retired]
        self._made.clear()
        self._retired.clear()
        await asyncio.gather(*(engine.close() for engine in engines))

    # --- what there is ---

    def _entries(self) -> dict[str, Entry]:
        """Every model by its name; a server without a model stands for itself."""
        named: dict[str, Entry] = {}
        for entry in self._listed:
            for known in self._local.get(entry.name) or (entry,):
                named.setdefault(known.name, known)
        named.setdefault(REHEARSAL_NAME, _REHEARSAL)
        return named

    async def _look(self) -> None:
        servers = [entry for entry in self._listed if entry.lists]
        if servers:
            # A server that is busy answering may be slow to list what it has: it still has it.
            self._local |= await find_local(servers, self._own_port)

    def _needs(self, entry: Entry) -> str | None:
        if entry.lists:
            address = urlsplit(entry.base_url or "").netloc
            if is_own(entry, self._own_port):
                return f"needs another port than {self._own_port}, where Sparkroom itself is"
            return f"needs {entry.name} at {address}, with a model"
        if entry.key_env is not None:
            key = self.key(entry)
            if key is None:
                return f"needs {entry.key_env}"
            if not is_key(key):
                return f"needs a key in {entry.key_env} that is plain ASCII"
        return None

    def _shape(self, entry: Entry) -> Model:
        rehearsal = entry.protocol == "rehearsal"
        websocket = [Capability.WEBSOCKET] if entry.protocol == "responses-ws" else []
        return Model(
            name=entry.name,
            tier=entry.tier,
            protocol=entry.protocol,
            dialect=entry.dialect,
            context_tokens=entry.context_tokens,
            rehearsal=rehearsal,
            capabilities=[*websocket, *([Capability.STEER] if entry.steers else [])],
            paid=entry.is_paid,
            by_invitation=entry.by_invitation,
            key=entry.key_env,
            plays_at=round(self._rehearsal_tokens_per_second) if rehearsal else None,
            needs=self._needs(entry),
        )

    # --- engines ---

    def _make(self, entry: Entry, key: str | None) -> CodeModel:
        if entry.protocol == "rehearsal":
            return Rehearsal(self._rehearsal_tokens_per_second)
        return connect(entry, key)

    def _retire_unusable(self) -> None:
        """Let go of the engines whose model is gone, or needs something now: a key that was taken back."""
        entries = self._entries()
        for name in list(self._made):
            if name not in entries or self._needs(entries[name]) is not None:
                self._retire(name)

    def _retire(self, name: str) -> None:
        """Close the engine of this model, which no new turn gets, once those that have it are over."""
        engine = self._made.pop(name).engine

        def due() -> None:
            del self._retired[engine]
            self._begin(engine.close())

        self._retired[engine] = asyncio.get_running_loop().call_later(_RETIRED_FOR_SECONDS, due)

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
