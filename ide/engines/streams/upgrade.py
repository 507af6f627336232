"""How a WebSocket to a model's server is opened, and what it means when that is refused."""

from __future__ import annotations

import logging
import ssl
from functools import cache
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake, InvalidHeaderValue, InvalidMessage, InvalidStatus, InvalidURI

from ide.engines.model import Failed
from ide.engines.streams.refusal import refusal

_MESSAGE_BYTES: Final = 16_777_216
_PING_SECONDS: Final = 20.0
_CLOSE_SECONDS: Final = 1.0
# The library would log headers, which hold the key, and every frame.
_SILENT: Final = logging.Logger("silent", logging.CRITICAL + 1)

_NOT_VALID: Final = Failed("bad_request", "the address or the key of the model's server is not valid")


@cache
def _certificates() -> ssl.SSLContext:
    """Reading the machine's certificates takes longer than opening the connection."""
    return ssl.create_default_context()


class Refused(Exception):
    """No socket was opened; `failed` says why, without the key."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.message)
        self.failed = failed


class _Upgrade(connect):
    def process_redirect(self, exc: Exception) -> Exception | str:
        """Follow none: the key is for this server."""
        return exc


async def upgrade(address: str, headers: dict[str, str], secret: str | None, seconds: float) -> ClientConnection:
    """A socket to `address` (ws or wss), opened within so many seconds. Raises `Refused`."""
    try:
        opening = _Upgrade(
            address,
            additional_headers=Headers(headers),
            user_agent_header="sparkroom",
            # A compressed stream would reach us in bursts.
            compression=None,
            proxy=None,
            open_timeout=seconds,
            close_timeout=_CLOSE_SECONDS,
            ping_interval=_PING_SECONDS,
            ping_timeout=_PING_SECONDS,
            max_size=_MESSAGE_BYTES,
            # A full queue stops reading, misses pings and drops the socket. A lane bounds what an answer may hold.
            max_queue=None,
            logger=_SILENT,
            ssl=_certificates() if address.startswith("wss:") else None,
        )
    except (InvalidURI, InvalidHeaderValue, ValueError):
        raise Refused(_NOT_VALID) from None
    try:
        return await opening
    except InvalidStatus as error:
        answer = error.response
        said = refusal(answer.status_code, bytes(answer.body), answer.headers.get("Retry-After"), secret)
    except TimeoutError:
        said = Failed("unreachable", "the model's server did not answer in time", retryable=True)
    except ssl.SSLError:
        said = Failed("unreachable", "the model's server has no valid certificate")
    except ValueError:
        said = _NOT_VALID
    except InvalidMessage:
        said = Failed("unreachable", "the model's server closed the connection without an answer", retryable=True)
    except InvalidHandshake:
        said = Failed("protocol", "the model's server does not speak WebSocket")
    except OSError:
        said = Failed("unreachable", "nothing answers at the address of the model's server", retryable=True)
    raise Refused(said) from None
