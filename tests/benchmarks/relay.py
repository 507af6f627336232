"""A plain relay, to measure against: what a chat back end usually does with a model's stream.

A prompt comes by HTTP; the relay asks the model by HTTP and passes every token on as a server-sent event of its own.
`/fresh/ask` opens a new upstream connection for each turn, `/kept/ask` keeps one. It keeps nothing, shares nothing and
edits nothing: this is the least that such a relay can cost.

    python -m tests.benchmarks.relay http://127.0.0.1:8100/v1
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import AsyncIterator

import aiohttp
import orjson
from aiohttp import web

PREFIX = b"data: "


class Relay:
    """Two ways to pass a stream on."""

    def __init__(self, upstream: str) -> None:
        self._url = f"{upstream}/chat/completions"
        self._kept: aiohttp.ClientSession

    async def session(self, _: web.Application) -> AsyncIterator[None]:
        """Keep one session for as long as the server runs."""
        async with aiohttp.ClientSession() as self._kept:
            yield

    async def kept(self, request: web.Request) -> web.StreamResponse:
        """Ask over a connection that is kept."""
        return await self._pass_on(request, self._kept)

    async def fresh(self, request: web.Request) -> web.StreamResponse:
        """Ask over a connection of this turn's own."""
        async with aiohttp.ClientSession() as session:
            return await self._pass_on(request, session)

    async def _pass_on(self, request: web.Request, session: aiohttp.ClientSession) -> web.StreamResponse:
        prompt = orjson.loads(await request.read())["prompt"]
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        body = {"model": "m", "messages": [{"role": "user", "content": prompt}], "stream": True}
        async with session.post(self._url, json=body) as upstream:
            async for line in upstream.content:
                if line.startswith(PREFIX) and not line.startswith(b"data: [DONE]"):
                    choices = orjson.loads(line[len(PREFIX) :])["choices"]
                    if choices and (text := choices[0]["delta"].get("content")):
                        await response.write(PREFIX + orjson.dumps({"text": text}) + b"\n\n")
        await response.write(b"data: [DONE]\n\n")
        return response


async def serve(upstream: str) -> None:
    """Serve until TERM; prints the address when ready."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    relay = Relay(upstream)
    app = web.Application()
    app.cleanup_ctx.append(relay.session)
    app.router.add_post("/fresh/ask", relay.fresh)
    app.router.add_post("/kept/ask", relay.kept)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.relay")
    parser.add_argument("upstream")
    asyncio.run(serve(parser.parse_args().upstream))
