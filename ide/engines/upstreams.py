"""What an entry of the models file becomes: the engine of its protocol, and the list of its server's models."""

from __future__ import annotations

from typing import Final

from ide.engines.configuration import Entry
from ide.engines.model import CodeModel
from ide.engines.protocols.anthropic import Anthropic
from ide.engines.protocols.chat import Chat
from ide.engines.protocols.gemini import Gemini
from ide.engines.protocols.responses import Responses
from ide.engines.protocols.responses_ws import ResponsesSocket
from ide.engines.streams.sse_model import SseModel, Wire

_WIRES: Final[dict[str, type[Anthropic | Chat | Gemini | Responses]]] = {
    "anthropic": Anthropic,
    "chat": Chat,
    "gemini": Gemini,
    "responses": Responses,
    "responses-ws": Responses,
}
# They answer a page of their list, unless they are asked for more.
_WHOLE_LIST: Final = {"anthropic": "?limit=1000", "gemini": "?pageSize=1000"}


def connect(entry: Entry, key: str | None) -> CodeModel:
    """The engine of a model that a server answers for. Opens nothing yet."""
    base_url, model = entry.base_url or "", entry.model or ""
    if entry.protocol == "responses-ws":
        return ResponsesSocket(base_url, model, key, entry.output_tokens, entry.effort, steers=entry.steers)
    return SseModel(base_url, _wire(entry, key))


def model_list(entry: Entry, key: str | None) -> tuple[str, dict[str, str]]:
    """The address of the list of the server's models, and the headers to ask for it with."""
    wire = _wire(entry, key)
    scheme, _, rest = (entry.base_url or "").partition("://")
    # A socket's server answers HTTP at the same place.
    base = f"{scheme.replace('ws', 'http')}://{rest}"
    return f"{base}/models{_WHOLE_LIST.get(entry.protocol, '')}", wire.headers()


def _wire(entry: Entry, key: str | None) -> Wire:
    return _WIRES[entry.protocol](entry.model or "", key, entry.output_tokens, entry.effort)
