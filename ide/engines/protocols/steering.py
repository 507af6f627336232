"""What becomes of the redirections of one stream over a Responses socket. Pure: messages in, messages out.

A redirection is sent for a response, then accepted (queued) or refused. When the response has ended, a successor
begins by itself: its beginning commits what was accepted for the response before it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from ide.engines.model import SteerFailed
from ide.engines.streams.answer import NAME_LENGTH
from ide.engines.streams.errors import describe_error

NOT_STEERED: Final = "this model takes no redirections"
_NOT_SUPPORTED: Final = "steering_not_supported"
_NO_TOOLS: Final = "There are no tools here. Go on without."


@dataclass(frozen=True, slots=True)
class _Sent:
    parent: str
    text: str


class Steering:
    """The redirections of one stream."""

    def __init__(self, supported: bool, secret: str | None) -> None:
        """`secret` is blotted out of what the server says."""
        self.supported = supported
        """Whether the model can be steered, as far as is known."""
        self._secret = secret
        self._waiting: deque[str] = deque()
        self._sent: list[_Sent] = []
        self._accepted: dict[str, _Sent] = {}
        self._answered: set[str] = set()

    @property
    def owed(self) -> bool:
        """The server has yet to say what becomes of a redirection."""
        return bool(self._sent or self._accepted)

    @property
    def accepted(self) -> bool:
        """A successor is to come."""
        return bool(self._accepted)

    def want(self, text: str) -> list[SteerFailed]:
        """Redirect the model as soon as it has a response that can be."""
        if not self.supported:
            return [SteerFailed(NOT_STEERED)]
        self._waiting.append(text)
        return []

    def due(self, response: str) -> list[dict[str, Any]]:
        """What is to be sent now that `response` runs."""
        texts = list(self._waiting)
        self._waiting.clear()
        self._sent += [_Sent(response, text) for text in texts]
        return [{"type": "response.steer", "previous_response_id": response, "input": text} for text in texts]

    def accept(self, event: dict[str, Any]) -> None:
        """`response.steer.accepted`."""
        name, parent = _named(event)
        sent = self._first(parent)
        if name and sent is not None:
            self._sent.remove(sent)
            self._accepted[name] = sent

    def fail(self, event: dict[str, Any]) -> list[SteerFailed]:
        """`response.steer.failed`. What it says about other streams' redirections is nothing here."""
        name, parent = _named(event)
        if name in self._accepted:
            del self._accepted[name]
        elif (sent := self._first(parent)) is not None:
            self._sent.remove(sent)
        else:
            return []
        error = event.get("error")
        if isinstance(error, dict) and error.get("code") == _NOT_SUPPORTED:
            self.supported = False
        return [SteerFailed(describe_error(error, self._secret)[1] or "the model took no redirection")]

    def pending(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """`response.steer.pending`: the server waits for results of tools. None were offered, which one request says,
        without the redirection; the server has that. Its fields are `input` and `previous_response_id`."""
        name, parent = _named(event)
        if name not in self._accepted or parent in self._answered:
            return None
        self._answered.add(parent)
        required = event.get("required_input")
        stubs = [stub for stub in required if isinstance(stub, dict)] if isinstance(required, list) else []
        return {"previous_response_id": parent, "input": [_filled(stub) for stub in stubs[:100]]}

    def commit(self, parent: str) -> list[str]:
        """A successor of `parent` has begun: the texts that it is about, in the order in which they were sent."""
        committed = [name for name, sent in self._accepted.items() if sent.parent == parent]
        return [self._accepted.pop(name).text for name in committed]

    def give_up(self, message: str) -> list[SteerFailed]:
        """Nothing more comes: none of what is open was taken."""
        left = len(self._waiting) + len(self._sent) + len(self._accepted)
        self._waiting.clear()
        self._sent.clear()
        self._accepted.clear()
        return [SteerFailed(message)] * left

    def _first(self, parent: str) -> _Sent | None:
        return next((sent for sent in self._sent if sent.parent == parent), None)


def _named(event: dict[str, Any]) -> tuple[str, str]:
    """The redirection's own name and its response's; empty if missing."""
    steer = event.get("steer")
    steer = steer if isinstance(steer, dict) else {}
    name, parent = steer.get("id"), steer.get("previous_response_id")
    return (name[:NAME_LENGTH] if isinstance(name, str) else ""), (parent if isinstance(parent, str) else "")


def _filled(stub: dict[str, Any]) -> dict[str, Any]:
    if stub.get("type") == "mcp_approval_response":
        return stub | {"approve": False}
    return {"type": stub.get("type"), "call_id": stub.get("call_id"), "output": _NO_TOOLS}
