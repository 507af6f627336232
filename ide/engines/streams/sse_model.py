"""A model that is asked by HTTP and answers with server-sent events, whatever it says in them.

One instance is one model behind one address and key. Its connections are kept open between turns; closing a stream
closes its connection, which is how these protocols cancel.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, Protocol

import aiohttp
import orjson

from ide.engines.model import Failed, ModelEvent, ModelRequest
from ide.engines.streams.answer import Answer
from ide.engines.streams.body import Body, Patience, drain
from ide.engines.streams.refusal import refusal
from ide.engines.streams.surrogates import without_surrogates

_REFUSAL_BYTES = 65_536
_ANSWER_BYTES = 67_108_864
_CONNECTIONS = 256
_WARM_FOR_SECONDS = 30.0


class Wire(Protocol):
    """What is said in one protocol, to one model: pure."""

    path: str
    """Where to post, after the base address."""
    warm_path: str
    """What warming asks the headers of. Whatever it is answered with, the connection is open then."""
    secret: str | None
    """The key, which no error may quote."""

    def headers(self) -> dict[str, str]:
        """What every request carries: the key, the version."""
        ...

    def body(self, request: ModelRequest) -> dict[str, Any]:
        """The request as JSON."""
        ...

    def answer(self, request: ModelRequest) -> Answer:
        """What reads the answer to it."""
        ...


class SseModel:
    """A model behind an HTTP server. Implements `CodeModel`."""

    def __init__(self, base_url: str, wire: Wire, patience: Patience | None = None) -> None:
        self._base = base_url.rstrip("/")
        self._wire = wire
        self._patience = patience or Patience()
        self._session: aiohttp.ClientSession | None = None
        self._used_at = float("-inf")
        self._drains: set[asyncio.Task[None]] = set()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Answer `request`: see `CodeModel.stream`."""
        began = asyncio.get_running_loop().time()
        try:
            response = await self._post(request, began)
        except (aiohttp.ClientError, OSError, RuntimeError, ValueError) as error:
            yield _unreachable(error)
            return
        kept = False
        body = Body(response, self._patience, began)
        try:
            if response.status != 200 or response.content_type in ("application/json", "text/html"):
                yield await self._refusal(response)
                return
            answer = self._wire.answer(request)
            received = 0
            while not answer.over:
                chunk, broken = await body.read(answer)
                received += len(chunk)
                if received > _ANSWER_BYTES:
                    chunk, broken = b"", "the model's server sent more than an answer may hold"
                events = answer.feed(chunk) if chunk else answer.end(broken)
                # Before the last event: whoever gets it may close this generator at once.
                if answer.whole:
                    kept = True
                    body.resume()
                    self._keep(response)
                for event in events:
                    yield event
        finally:
            if not kept:
                response.close()

    async def warm(self) -> None:
        """Open a connection for the next stream, unless one was in use a moment ago."""
        now = asyncio.get_running_loop().time()
        if now - self._used_at < _WARM_FOR_SECONDS:
            return
        self._used_at = now
        try:
            async with asyncio.timeout(self._patience.connect):
                # HEAD: some lists of models are a megabyte.
                response = await self._open().head(f"{self._base}{self._wire.warm_path}", allow_redirects=False)
        except (aiohttp.ClientError, OSError, RuntimeError, ValueError):
            return
        self._keep(response)

    async def close(self) -> None:
        """Release every connection."""
        for rest in self._drains:
            rest.cancel()
        await asyncio.gather(*self._drains, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            # identity: a compressed stream would reach us in bursts.
            headers = {"Accept-Encoding": "identity", "User-Agent": "sparkroom", **self._wire.headers()}
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=600, ttl_dns_cache=300),
                timeout=aiohttp.ClientTimeout(total=None, connect=self._patience.connect),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=headers,
            )
        return self._session

    async def _post(self, request: ModelRequest, began: float) -> aiohttp.ClientResponse:
        """The response, its headers read. Raises what aiohttp raises."""
        body = encoded(self._wire.body(request))
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        url = self._base + self._wire.path
        async with asyncio.timeout_at(began + self._patience.first_token):
            try:
                return await self._open().post(url, data=body, headers=headers, allow_redirects=False)
            except aiohttp.ServerDisconnectedError:
                if self._used_at == float("-inf"):
                    raise
                # A kept connection that the server closed just now: nothing was answered, so asking again is safe.
                return await self._open().post(url, data=body, headers=headers, allow_redirects=False)

    async def _refusal(self, response: aiohttp.ClientResponse) -> Failed:
        """What an answer that is no stream says, without waiting long for it."""
        body = b""
        try:
            async with asyncio.timeout(self._patience.connect):
                while len(body) < _REFUSAL_BYTES and (chunk := await response.content.readany()):
                    body += chunk
        except (aiohttp.ClientError, OSError, RuntimeError):
            # RuntimeError is how aiohttp says that the engine was closed meanwhile.
            pass
        return refusal(response.status, body, response.headers.get("Retry-After"), self._wire.secret)

    def _keep(self, response: aiohttp.ClientResponse) -> None:
        """Give the connection back once the rest of the response has been read, without making anybody wait."""
        self._used_at = asyncio.get_running_loop().time()
        if response.content.at_eof():
            response.release()
            return
        rest = asyncio.create_task(drain(response))
        self._drains.add(rest)
        rest.add_done_callback(self._drains.discard)


def _unreachable(error: Exception) -> Failed:
    if isinstance(error, TimeoutError):
        return Failed("unreachable", "the model's server did not answer in time", retryable=True)
    if isinstance(error, aiohttp.ClientSSLError):
        return Failed("unreachable", "the model's server has no valid certificate")
    if isinstance(error, aiohttp.ClientConnectorError):
        return Failed("unreachable", "nothing answers at the address of the model's server", retryable=True)
    if isinstance(error, ValueError):
        return Failed("bad_request", "the address or the key of the model's server is not valid")
    return Failed("unreachable", "the model's server closed the connection without an answer", retryable=True)


def encoded(body: dict[str, Any]) -> bytes:
    """`body` as JSON. An unpaired surrogate, which a browser can send and no server could take, becomes U+FFFD."""
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:
        return orjson.dumps(_well_formed(body))


def _well_formed(value: Any) -> Any:
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, dict):
        return {key: _well_formed(item) for key, item in value.items()}
    return [_well_formed(item) for item in value] if isinstance(value, list) else value
