"""Finds models without a models file: by the key variables that people have, and by the ports of local servers.

Each server is asked once, at start, for its list of models, all of them side by side and with little patience:
providers retire ids often, and a start must not hang on a network that is not there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from ide.engines.configuration import Entry

_LIST_BYTES = 4_000_000
_LOCAL_MODELS = 12
_NAME = 60
_NOT_CHAT = ("embed", "whisper", "tts", "guard", "rerank", "ocr", "image")


@dataclass(frozen=True, slots=True)
class Provider:
    """A service that is used if its key variable is set. `preferred` are model ids, best first."""

    title: str
    key_env: str
    base_url: str
    preferred: tuple[str, ...]
    context_tokens: int


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that listens on this machine. `context_tokens` is what it gives a model unless it says otherwise."""

    title: str
    port: int
    context_tokens: int


# Fastest first: the first one that is found is the default.
PROVIDERS = (
    Provider("Cerebras", "CEREBRAS_API_KEY", "https://api.cerebras.ai/v1", ("gpt-oss-120b",), 65_000),
    Provider(
        "Inception", "INCEPTION_API_KEY", "https://api.inceptionlabs.ai/v1", ("mercury-2", "mercury-coder"), 128_000
    ),
    Provider("Groq", "GROQ_API_KEY", "https://api.groq.com/openai/v1", ("openai/gpt-oss-120b",), 131_000),
    Provider("DeepSeek", "DEEPSEEK_API_KEY", "https://api.deepseek.com/v1", ("deepseek-chat",), 64_000),
    Provider(
        "OpenRouter",
        "OPENROUTER_API_KEY",
        "https://openrouter.ai/api/v1",
        ("openai/gpt-oss-120b", "openrouter/auto"),
        128_000,
    ),
)
LOCAL_SERVERS = (
    LocalServer("Ollama", 11434, 4_096),
    LocalServer("llama.cpp", 8080, 4_096),
    LocalServer("vLLM", 8000, 4_096),
)


async def detect(
    environment: Mapping[str, str],
    own_port: int,
    *,
    providers: tuple[Provider, ...] = PROVIDERS,
    local_servers: tuple[LocalServer, ...] = LOCAL_SERVERS,
    patience: float = 2.0,
    local_patience: float = 0.5,
) -> list[Entry]:
    """Entries for what is there, keys before local servers. `own_port` is ours, and never asked."""
    keyed = [provider for provider in providers if environment.get(provider.key_env, "").strip()]
    local = [server for server in local_servers if server.port != own_port]
    asked = {p.base_url: (environment[p.key_env].strip(), patience) for p in keyed}
    asked |= {_address(server): ("", local_patience) for server in local}
    lists = await _ask_all(asked)
    entries = [_provider_entry(provider, lists[provider.base_url]) for provider in keyed]
    for server in local:
        entries += _local_entries(server, lists[_address(server)])
    return entries


def _provider_entry(provider: Provider, listed: list[dict[str, Any]]) -> Entry:
    ids = [str(item["id"]) for item in _chat_models(listed)]
    model = next((name for name in provider.preferred if name in ids), None)
    # A list without any of ours: their ids changed. Without a list at all, the turn will say what is wrong.
    model = model or (ids[0] if ids else provider.preferred[0])
    return Entry(
        name=_name(model, provider.title),
        protocol="chat",
        base_url=provider.base_url,
        model=model,
        key_env=provider.key_env,
        context_tokens=provider.context_tokens,
    )


def _local_entries(server: LocalServer, listed: list[dict[str, Any]]) -> list[Entry]:
    chat = _chat_models(listed)
    # Models made for code first; otherwise as the server lists them.
    chat.sort(key=lambda item: "code" not in str(item["id"]).lower())
    entries: dict[str, Entry] = {}
    for item in chat[:_LOCAL_MODELS]:
        name = _name(str(item["id"]), server.title)
        entries.setdefault(
            name,
            Entry(
                name=name,
                protocol="chat",
                base_url=_address(server),
                model=str(item["id"]),
                context_tokens=_context(item, server.context_tokens),
            ),
        )
    return list(entries.values())


def _chat_models(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in listed if not any(sign in str(item["id"]).lower() for sign in _NOT_CHAT)]


def _context(item: dict[str, Any], default: int) -> int:
    """What the server says that it gives this model: vLLM in `max_model_len`, llama.cpp in `meta.n_ctx`."""
    meta = item.get("meta")
    said = item.get("max_model_len") or (meta.get("n_ctx") if isinstance(meta, dict) else None)
    return said if isinstance(said, int) and 2_000 <= said <= 10_000_000 else default


def _name(model: str, title: str) -> str:
    room = _NAME - len(title) - 3
    return f"{model.rsplit('/', 1)[-1][:room]} ({title})"


def _address(server: LocalServer) -> str:
    return f"http://127.0.0.1:{server.port}/v1"


async def _ask_all(asked: dict[str, tuple[str, float]]) -> dict[str, list[dict[str, Any]]]:
    """The list of models of every server; an empty one of a server that gave none in time."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        lists = await asyncio.gather(*(_list_models(session, url, *how) for url, how in asked.items()))
    return dict(zip(asked, lists, strict=True))


async def _list_models(
    session: aiohttp.ClientSession, base_url: str, key: str, patience: float
) -> list[dict[str, Any]]:
    """`GET {base_url}/models`; nothing if that fails in any way."""
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    body = bytearray()
    try:
        # Around everything: looking up a name knows no timeout of its own.
        async with (
            asyncio.timeout(patience),
            session.get(f"{base_url}/models", headers=headers, allow_redirects=False) as response,
        ):
            if response.status != 200:
                return []
            while chunk := await response.content.readany():
                body += chunk
                if len(body) > _LIST_BYTES:
                    return []
        parsed = orjson.loads(body)
    except (aiohttp.ClientError, OSError, ValueError):
        return []
    listed = parsed.get("data") if isinstance(parsed, dict) else None
    if not isinstance(listed, list):
        return []
    return [item for item in listed if isinstance(item, dict) and _is_id(item.get("id"))]


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _NAME and value.isprintable()
