"""Asks servers which models they have: local ones for what to offer, and providers whether they know a model's id.

Providers retire ids often, and whatever listens on a port may be anything: a list is read with little patience,
bounded, and believed only as far as it looks like one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import orjson

from ide.domain.sites import USUAL_PORTS, is_loopback_name
from ide.engines.configuration import Entry

LOCAL_PATIENCE: Final = 0.5
_LIST_BYTES = 4_000_000
_LOCAL_MODELS = 12
_NAME = 60
_ID = 200
_NOT_CHAT = ("embed", "whisper", "tts", "guard", "rerank", "ocr", "image")


async def find_local(
    servers: Iterable[Entry], own_port: int, patience: float = LOCAL_PATIENCE
) -> dict[str, list[Entry]]:
    """An entry for each model of each server (an entry with model "*"), by the server's name, asked side by side.

    One that does not answer in time is not among them: it may be busy. `own_port` is ours, and never asked.
    """
    found: dict[str, list[Entry]] = {}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def ask(server: Entry) -> None:
            with suppress(TimeoutError):
                listed = await _list(session, f"{server.base_url}/models", {}, patience)
                found[server.name] = _local_entries(server, listed or [])

        await asyncio.gather(*(ask(server) for server in servers if not is_own(server, own_port)))
    return found


async def listed_ids(url: str, headers: dict[str, str], patience: float) -> list[str] | None:
    """The ids of the models that a provider lists at `url`, in any of the shapes in use; None if it gives no list."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        try:
            listed = await _list(session, url, headers, patience)
        except TimeoutError:
            return None
    return None if listed is None else [item["id"] for item in listed]


def is_own(server: Entry, own_port: int) -> bool:
    """Whether its address is this server's own: this computer, at `own_port`."""
    address = urlsplit(server.base_url or "")
    port = address.port or USUAL_PORTS.get(address.scheme)
    return port == own_port and is_loopback_name(address.netloc)


def _local_entries(server: Entry, listed: list[dict[str, Any]]) -> list[Entry]:
    chat = [item for item in listed if not any(sign in item["id"].lower() for sign in _NOT_CHAT)]
    # Models made for code first; otherwise as the server lists them.
    chat.sort(key=lambda item: "code" not in item["id"].lower())
    entries: dict[str, Entry] = {}
    for item in chat[:_LOCAL_MODELS]:
        name = _display_name(item["id"], server.name)
        found = {"name": name, "model": item["id"], "context_tokens": _context(item, server.context_tokens)}
        entries.setdefault(name, server.model_copy(update=found))
    return list(entries.values())


def _context(item: dict[str, Any], default: int) -> int:
    """What the server says that it gives this model: vLLM in `max_model_len`, llama.cpp in `meta.n_ctx`."""
    meta = item.get("meta")
    said = item.get("max_model_len") or (meta.get("n_ctx") if isinstance(meta, dict) else None)
    return said if isinstance(said, int) and 2_000 <= said <= 10_000_000 else default


def _display_name(model: str, server: str) -> str:
    server = server[: _NAME // 2]
    return f"{model.rsplit('/', 1)[-1][: _NAME - len(server) - 3]} ({server})"


async def _list(
    session: aiohttp.ClientSession, url: str, headers: dict[str, str], patience: float
) -> list[dict[str, Any]] | None:
    """The models listed at `url`, each with its `id`; None if it gives no list. Raises TimeoutError."""
    body = bytearray()
    try:
        # Around everything: looking up a name knows no timeout of its own.
        async with (
            asyncio.timeout(patience),
            session.get(url, headers={"Accept": "application/json", **headers}, allow_redirects=False) as response,
        ):
            if response.status != 200:
                return None
            while chunk := await response.content.readany():
                body += chunk
                if len(body) > _LIST_BYTES:
                    return None
        parsed = orjson.loads(body)
    except TimeoutError:
        raise
    except (aiohttp.ClientError, OSError, ValueError):
        return None
    if not isinstance(parsed, dict):
        return None
    # Gemini has `models`, each with a `name` that begins with "models/"; everybody else `data`, each with an `id`.
    listed = parsed.get("data", parsed.get("models"))
    if not isinstance(listed, list):
        return None
    items = [{**item, "id": _id(item)} for item in listed if isinstance(item, dict)]
    return [item for item in items if item["id"]]


def _id(item: dict[str, Any]) -> str:
    value = item.get("id", item.get("name"))
    if not (isinstance(value, str) and 0 < len(value) <= _ID and value.isprintable()):
        return ""
    return value.removeprefix("models/")
