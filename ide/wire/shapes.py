"""What rooms, turns, runs and their parts look like on the wire.

The HTTP API answers with these, and the socket's events carry the same ones, so a client has one type for each noun.
Times are milliseconds since 1970 where a field ends in `_at`, and durations name their unit.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ide.wire.codes import (
    Capability,
    Code,
    Difference,
    HunkState,
    Mode,
    Outcome,
    Reason,
    RequestState,
    Role,
    RunState,
    StepKind,
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
    """One request to a model and what it wrote. `text` is its prose for the chat, without the edit blocks."""

    id: str
    member: str
    member_name: str
    model: str
    rehearsal: bool
    mode: Mode
    prompts: list[str]
    state: TurnState
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


class Test(Shape):
    """One test's result; `id` is pytest's node id."""

    id: str
    outcome: Outcome
    seconds: float
    message: str = ""


class RunLimits(Shape):
    """What a sandbox may use."""

    seconds: float
    memory_bytes: int
    output_bytes: int
    processes: int


class Run(Shape):
    """One sandboxed execution. `reason` says which limit was hit, or why it was refused."""

    id: str
    member: str
    member_name: str
    command: list[str]
    tests_only: bool
    state: RunState
    exit_code: int | None = None
    output: str = ""
    truncated: bool = False
    terminal: bool = False
    tests: list[Test] = []
    limits: RunLimits
    reason: str | None = None
    seconds: float | None = None
    created_at: int


class Message(Shape):
    """One line of the room's chat."""

    id: str
    member: str
    member_name: str
    text: str
    sent_at: int


class Checkpoint(Shape):
    """A state of the room in its history, which can be looked at, compared and restored.

    `by` is who typed, asked, named or restored it; empty for scripts. `turn` is the turn that it is the result of.
    """

    id: str
    kind: StepKind
    label: str
    by: str
    turn: str | None = None
    at: int


class StepChange(Shape):
    """A file that a step changed: SHA-256 of its text, or of an asset's bytes, before and after. None: no such file."""

    path: str
    before: str | None
    after: str | None
    asset: bool = False


class Step(Checkpoint):
    """A checkpoint or a smaller step, with what it changed since the step before it; `more` files are not listed."""

    changes: list[StepChange]
    more: int = 0


class Timeline(Shape):
    """A part of the history, oldest first. `earlier`: there are steps before it."""

    steps: list[Step]
    earlier: bool


class ComparedFile(Shape):
    """A file at a checkpoint beside the same path now. `text` is the checkpoint's, unless that is too long for here."""

    path: str
    difference: Difference
    text: str | None = None
    asset: str | None = None


class Comparison(Shape):
    """A checkpoint's files beside those of now."""

    checkpoint: Checkpoint
    files: list[ComparedFile]


class AskForCheckpoint(Shape):
    """Body of `POST …/checkpoints`."""

    label: str = Field(default="", max_length=200)


class AskForRestore(Shape):
    """Body of `POST …/restore`: all files, or the one at `path`."""

    path: str | None = Field(default=None, max_length=1024)


class Restored(Shape):
    """The state after a restore, and the checkpoint to restore for having back what was there before."""

    checkpoint: str
    before: str


class AskForFork(Shape):
    """Body of `POST …/fork`: the room as it is now, or as it was at a checkpoint."""

    checkpoint: str | None = Field(default=None, max_length=32)


class Model(Shape):
    """A configured model, and what it needs before it can be chosen (None: usable).

    `key` names the variable that holds its key, if it takes one. `paid`: asking it costs somebody money.
    `plays_at` is the speed in tokens a second that the rehearsal is set to; None for real models, which have their own.
    """

    name: str
    tier: str
    protocol: str
    dialect: str
    context_tokens: int
    rehearsal: bool
    capabilities: list[Capability] = []
    paid: bool = False
    by_invitation: bool = False
    key: str | None = None
    plays_at: int | None = None
    needs: str | None = None


class Figure(Shape):
    """Something that somebody published about a model, and who."""

    says: str = Field(min_length=1, max_length=80)
    source: str = Field(min_length=1, max_length=80)


class Published(Shape):
    """What others published about a model. None: nothing is known."""

    tokens_per_second: Figure | None = None
    first_token: Figure | None = None
    context: Figure | None = None
    hardware: Figure | None = None
    swe_bench_pro: Figure | None = None


class Price(Shape):
    """US dollars for a million tokens, and who says so."""

    input: float = Field(ge=0, le=10_000)
    output: float = Field(ge=0, le=10_000)
    source: str = Field(min_length=1, max_length=80)


class Measured(Shape):
    """What turns on this server showed of a model.

    The two speeds are medians of the last turns. `cost` is in US dollars at the list price, None where none is known.
    """

    turns: int
    first_token_ms: float | None
    tokens_per_second: float | None
    edits: int
    edits_landed: int
    input_tokens: int
    output_tokens: int
    cost: float | None


class ModelReport(Model):
    """A model with what is known of it. `key_stored`: its key was pasted here, and can be taken back."""

    published: Published | None = None
    price: Price | None = None
    measured: Measured | None = None
    key_stored: bool = False


class DailyTokens(Shape):
    """How much of the day's tokens of paid models is used. The day is UTC's."""

    used: int
    allowed: int


class ModelList(Shape):
    """Answer of `GET /api/models`. `operator`: whoever asks may paste keys and test models; otherwise `refusal` says why
    not."""

    models: list[ModelReport]
    daily: DailyTokens
    operator: bool
    refusal: str | None = None


class AskForKey(Shape):
    """Body of `PUT /api/keys/{name}`."""

    key: str = Field(min_length=1, max_length=400)


class Trial(Shape):
    """What came of asking a model for one small edit.

    `listed`: whether its server's list of models has its id; None if there is no list. `problem` says in a sentence what
    went wrong, if anything did.
    """

    landed: bool
    listed: bool | None = None
    problem: str | None = None
    first_token_ms: float | None = None
    tokens_per_second: float | None = None
    total_ms: float


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
    places: list[Lines] = Field(default=[], max_length=20)


class Ask(Shape):
    """Body of `POST …/turns`, and the fields of the socket's `ask`.

    `selection` is what an edit stays inside of, and a question is about. `problem` is an error that is to be mended.
    """

    prompt: str = Field(min_length=1)
    mode: Mode = Mode.EDIT
    model: str | None = Field(default=None, max_length=100)
    files: list[str] = Field(default=[], max_length=100)
    run_tests: bool = False
    selection: Lines | None = None
    problem: Fault | None = None


class Terminal(Shape):
    """The size of a terminal, in characters."""

    columns: int = Field(ge=20, le=400)
    rows: int = Field(ge=5, le=200)


class AskForRun(Shape):
    """Body of `POST …/runs`: either a command or the tests."""

    command: list[str] | None = Field(default=None, min_length=1, max_length=32)
    tests: bool = False
    select: str | None = Field(default=None, max_length=200)
    terminal: Terminal | None = None


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


class Typed(Shape):
    """Body of `POST …/input`."""

    data: str = Field(max_length=65_536)


class Said(Shape):
    """Body of `POST …/messages`."""

    text: str = Field(min_length=1, max_length=4_000)
