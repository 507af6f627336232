"""A line as long as a network's: a port that hands bytes through to another one, each way half a round trip later.

A connection is made only after a whole round trip, as TCP's is. There is no loss, no limit of bandwidth and no TLS in
it, whose handshake would cost a new connection one or two round trips more.

    python -m tests.benchmarks.distance PORT MILLISECONDS       prints the port of its own when it is ready
"""

from __future__ import annotations

import asyncio
import selectors
import sys

PIECE = 65_536


class Distance:
    """Everything that comes to its port goes to `port` on this machine. `seconds` are those of a round trip."""

    def __init__(self, port: int, seconds: float) -> None:
        self._port = port
        self._seconds = seconds

    async def serve(self) -> None:
        """Serve for good; prints the port when ready."""
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    async def _connect(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self._seconds)
        far, to_far = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(self._pass_on(near, to_far), self._pass_on(far, to_near))

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.create_task(self._arrive(waiting, target))
        piece = b"?"
        while piece:
            try:
                piece = await source.read(PIECE)
            except OSError:
                piece = b""
            waiting.put_nowait((asyncio.get_running_loop().time() + self._seconds / 2, piece))
        await arriving

    async def _arrive(self, waiting: asyncio.Queue[tuple[float, bytes]], target: asyncio.StreamWriter) -> None:
        while True:
            due, piece = await waiting.get()
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            if not piece:
                target.close()
                return
            target.write(piece)


if __name__ == "__main__":
    # Unlike the usual one, this selector wakes up at the microsecond and not at the next millisecond.
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())) as runner:
        runner.run(Distance(int(sys.argv[1]), float(sys.argv[2]) / 1000).serve())
