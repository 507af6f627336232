"""What debugpy says, as far as it is listened to: the Debug Adapter Protocol's shapes, cut to size as they are read.

The program under the debugger can write such messages as well. Whatever does not fit is no message.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from ide.domain.debugging import ERROR_LENGTH, MOST_FRAMES, MOST_IN_GROUP, NAME_LENGTH, VALUE_LENGTH

_PATH_LENGTH = 1_024
_LARGEST = 2**53


def _cut(length: int) -> BeforeValidator:
    """Cuts a text, with a sign that it was; databases cannot keep U+0000."""

    def cut(text: object) -> object:
        if not isinstance(text, str):
            return text
        text = text.replace("\0", "\ufffd")
        return text if len(text) <= length else f"{text[: length - 1]}…"

    return BeforeValidator(cut)


def _first(count: int) -> BeforeValidator:
    return BeforeValidator(lambda items: items[:count] if isinstance(items, list) else items)


Name = Annotated[str, _cut(NAME_LENGTH)]
Value = Annotated[str, _cut(VALUE_LENGTH)]
Number = Annotated[int, Field(ge=0, le=_LARGEST)]


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Source(_Said):
    """Where a frame's code stands."""

    path: Annotated[str | None, _cut(_PATH_LENGTH)] = None


class Frame(_Said):
    """One call of a stack."""

    id: Number
    name: Name
    line: Number
    source: Source | None = None


class Stack(_Said):
    """Answer to `stackTrace`."""

    stackFrames: Annotated[list[Frame], _first(MOST_FRAMES)]


class Scope(_Said):
    """A frame's local or global variables."""

    name: Name
    variablesReference: Number


class Scopes(_Said):
    """Answer to `scopes`."""

    scopes: Annotated[list[Scope], _first(4)]


class Variable(_Said):
    """One variable."""

    name: Name
    value: Value = ""
    type: Name | None = None
    variablesReference: Number = 0


class Variables(_Said):
    """Answer to `variables`; `more` is the bridge's own word."""

    variables: Annotated[list[Variable], _first(2 * MOST_IN_GROUP)]
    more: Number = 0


class ExceptionInfo(_Said):
    """Answer to `exceptionInfo`."""

    exceptionId: Name = ""
    description: Annotated[str | None, _cut(ERROR_LENGTH)] = None


class Thread(_Said):
    """One thread of the program."""

    id: Number
    name: Name


class Threads(_Said):
    """Answer to `threads`."""

    threads: Annotated[list[Thread], _first(256)]


class Stopped(_Said):
    """Body of the event of that name."""

    reason: str
    threadId: Number


class Event(_Said):
    """Something that happened."""

    type: Literal["event"]
    event: str
    body: dict[str, object] | None = None


class Response(_Said):
    """The answer to request number `request_seq`."""

    type: Literal["response"]
    request_seq: Number
    success: bool
    body: dict[str, object] | None = None


MESSAGE: TypeAdapter[Event | Response] = TypeAdapter(Annotated[Event | Response, Field(discriminator="type")])
