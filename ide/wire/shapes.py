"""What rooms, turns and their parts look like on the wire; `run_shapes.py` has runs.

The HTTP API answers with these, and the socket's events carry the same ones, so a client has one type for each noun.
Times are milliseconds since 1970 where a field ends in `_at`, and durations name their unit.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ide.wire.codes import (
    Capability,
    Code,
    HunkState,
    Mode,
    Reason,
    RequestState,
    Role,
    TurnState,
)

# Control characters, and those that turn the direction of what stands around a name.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

Name = Annotated[
    str,
    BeforeValidator(lambda name: _UNSEEN.sub("", name).strip() if isinstance(name, str) else name),
    Field(min_length=1, max_length=40),
]


class Shape(BaseModel):
    """Every shape refuses fields it does not know: a misspelt field is an error, not a silence."""

    # An error names the field and never what stood in it: prompts and text belong in no log.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Problem(Shape):
    """An error, everywhere."""

    code: Code
    message: str


class Member(Shape):
    """Somebody in a room; `here` while they have a socket open. Who was `removed` by an owner is not in it any more."""

    id: str
    name: str
    colour: str
    role: Role
    here: bool
    removed: bool = False


class JoinRequest(Shape):
    """Somebody asks to join. `member` is who they are here, if they look on already or were removed."""

    id: str
    name: str
    colour: str
    member: str | None = None
    removed: bool = False
    asked_at: int


class File(Shape):
    """One document without its text, or a binary file: `asset` is its bytes' SHA-256, `type` what it is served as.

    A binary file without a `type` is one whose bytes are missing.
    """

    id: str
    path: str
    bytes: int
    type: str | None = None
    asset: str | None = None


class Hunk(Shape):
    """One located change of a turn. `line` is 1-based, in the document as it was when the hunk was located.

    `file` is the id of the file, which keeps it under every path. `decided_by` is who accepted or rejected the hunk.
    `superseded`: it was refused, its model was told why, and has sent another one for it since.
    """

    id: str
    path: str
    file: str | None = None
    state: HunkState
    reason: Reason | None = None
    message: str | None = None
    line: int | None = None
    before: str = ""
    after: str = ""
    decided_by: str | None = None
    superseded: bool = False


class Usage(Shape):
    """Tokens, as the model's server counted them, or estimated where it does not say."""

    input: int
    output: int
    estimated: bool = False


class Timing(Shape):
    """All from the moment the prompt reached the server. None until it is known."""

    first_token_ms: float | None = None
    tokens_per_second: float | None = None
    total_ms: float | None = None


class Sent(Shape):
    """What a turn's model was told: about how many tokens, and of which documents the whole text.

    `outlined` counts the documents of which it saw an outline alone, `exchanges` the earlier turns in the request, and
    `compacted` those of them that were shortened.
    """

    tokens: int
    files: list[str]
    outlined: int = 0
    exchanges: int = 0
    compacted: int = 0


class Turn(Shape):
    """One request to a model and what it wrote. `text` is its prose for the chat, without the edit blocks.

    `waits_for` is the turn after whose end this one begins; None once it has. `notice` says what a running turn does
    that nobody sees: that its model is asked again, or told of blocks that failed. `run` is the last run that it
    asked for.
    """

    id: str
    member: str
    member_name: str
    model: str
    rehearsal: bool
    mode: Mode
    prompts: list[str]
    state: TurnState
    waits_for: str | None = None
    notice: str | None = None
    run: str | None = None
    text: str
    hunks: list[Hunk]
    usage: Usage | None = None
    sent: Sent | None = None
    timing: Timing = Timing()
    undone: bool = False
    undone_by: str | None = None
    stopped_by: str | None = None
    error: Problem | None = None
    asked_at: int


class Message(Shape):
    """One line of the room's chat."""

    id: str
    member: str
    member_name: str
    text: str
    sent_at: int


class Model(Shape):
    """A configured model, and what it needs before it can be chosen (None: usable).

    `key` names the variable that holds its key, if it takes one. `paid`: asking it costs somebody money.
    `plays_at` is the speed in tokens a second that the rehearsal is set to; None for real models, which have their own.
    """

    name: str
    tier: str
    protocol: str
    dialect: Literal["edit", "v4a", "whole"]
    context_tokens: int
    rehearsal: bool
    capabilities: list[Capability] = []
    paid: bool = False
    by_invitation: bool = False
    key: str | None = None
    plays_at: int | None = None
    needs: str | None = None


class Limits(Shape):
    """What the room refuses beyond, so that a client can say so before it sends."""

    document_bytes: int
    room_bytes: int
    documents: int
    members: int
    prompt_bytes: int
    message_bytes: int
    asset_bytes: int
    room_assets_bytes: int


class Links(Shape):
    """One value for each role that a link can carry: tokens, or whole links."""

    owner: str
    edit: str
    view: str


class RoomLinks(Links):
    """A room's links, under the address by which they were asked for.

    `origins` are those under which other devices reach the server, the likeliest first; none if none do.
    """

    origins: list[str]


class Room(Shape):
    """A room as its members see it."""

    id: str
    title: str
    role: Role
    epoch: str
    files: list[File]
    members: list[Member]
    models: list[Model]
    limits: Limits
    preview: str


class NewRoom(Shape):
    """A room that was just made, with the links that open it."""

    id: str
    title: str
    tokens: Links
    links: Links


class AskForRoom(Shape):
    """Body of `POST /api/rooms`."""

    template: str = "blank"
    title: str | None = Field(default=None, max_length=120)


class Lines(Shape):
    """Whole lines of a document: 1-based, `last` included."""

    path: str = Field(min_length=1, max_length=1024)
    first: int = Field(ge=1)
    last: int = Field(ge=1)


class Fault(Shape):
    """What went wrong in a program, a test or the page, in its own words, and the lines that it names."""

    text: str = Field(min_length=1, max_length=20_000)
    places: list[Lines] = Field(max_length=20)


class Ask(Shape):
    """Body of `POST …/turns`, and the fields of the socket's `ask`.

    `selection` is what an edit stays inside of, and a question is about. `problem` is an error that is to be mended.
    `after` is a turn of the room: the new one begins when that is over, however it ended.
    """

    prompt: str = Field(min_length=1)
    mode: Mode = Mode.EDIT
    model: str | None = Field(default=None, max_length=100)
    files: list[str] = Field(default=[], max_length=100)
    run_tests: bool = False
    selection: Lines | None = None
    problem: Fault | None = None
    after: str | None = Field(default=None, max_length=32)


class ChangeRoom(Shape):
    """Body of `PATCH /api/rooms/{id}`."""

    title: str = Field(min_length=1, max_length=120)


class LinkToken(Shape):
    """Body of `POST …/session`."""

    token: str = Field(max_length=200)


class RevokeToken(Shape):
    """Body of `POST …/tokens/revoke`."""

    role: Role


class RevokedToken(Shape):
    """The role's new token and link."""

    role: Role
    token: str
    link: str


class ChangeMember(Shape):
    """Body of `PATCH …/members/{member}`."""

    role: Role


class AskToJoin(Shape):
    """Body of `POST …/requests`. Without a name one is made up."""

    name: Name | None = None


class JoinState(Shape):
    """What became of one's request to join.

    `owner_here`: somebody who can answer it is in the room. Who was declined may ask again at `again_at`.
    """

    id: str
    state: RequestState
    owner_here: bool = False
    again_at: int | None = None


class AnswerToRequest(Shape):
    """Body of `POST …/requests/{request}/answer`: the role that is given; None declines."""

    role: Role | None


class Made(Shape):
    """The id of what a request made."""

    id: str


class Unpacked(Shape):
    """How many files an archive made, and how many it changed."""

    made: int
    changed: int


class Steer(Shape):
    """Body of `POST …/steer`."""

    prompt: str = Field(min_length=1)


class Said(Shape):
    """Body of `POST …/messages`."""

    text: str = Field(min_length=1, max_length=4_000)
