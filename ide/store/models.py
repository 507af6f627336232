"""The tables. Rooms' text is in `Update` and `Snapshot`; everything else is rows of its own."""

from __future__ import annotations

from django.db import models

from ide.wire.codes import HunkState, Mode, Role, RunKind, RunState, StepKind, TurnState


def _choices(
    kind: type[Role] | type[TurnState] | type[HunkState] | type[RunKind] | type[RunState] | type[Mode] | type[StepKind],
) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in kind]


class Room(models.Model):
    """A shared project. `seq` is the number of its last journaled event; `epoch` names its text's history.

    The generations are part of the capability tokens: raising one revokes every token of that role. `rights` counts the
    changes of who may do what, so that a process can tell whether what it knows is still true.
    """

    id = models.CharField(max_length=32, primary_key=True)
    title = models.CharField(max_length=120)
    epoch = models.CharField(max_length=16)
    seq = models.BigIntegerField(default=0)
    owner_generation = models.PositiveIntegerField(default=1)
    editor_generation = models.PositiveIntegerField(default=1)
    viewer_generation = models.PositiveIntegerField(default=1)
    rights = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)


class Member(models.Model):
    """A browser's place in a room (`domain/rights.py`): which role it was given, by a token of which generation.

    Who was removed keeps the row, so that the same link does not let the same browser in again. `overruled` are the
    generations, by role, of the links there were when an owner last lowered the role or removed the member.
    """

    id = models.CharField(max_length=32, primary_key=True)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="members")
    browser = models.CharField(max_length=64)
    name = models.CharField(max_length=40)
    colour = models.CharField(max_length=7)
    role = models.CharField(max_length=6, choices=_choices(Role))
    generation = models.PositiveIntegerField()
    removed = models.BooleanField(default=False)
    overruled = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "browser"], name="one_member_a_browser")]


class JoinRequest(models.Model):
    """Somebody without a link who asks to be let in. The row goes when they are; `declined` tells them otherwise."""

    id = models.CharField(max_length=32, primary_key=True)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="join_requests")
    browser = models.CharField(max_length=64)
    name = models.CharField(max_length=40)
    colour = models.CharField(max_length=7)
    declined = models.BooleanField(default=False)
    asked_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "browser"], name="one_request_a_browser")]


class Asset(models.Model):
    """The bytes of a binary file, named by their SHA-256. A file of the room's document says which one it shows.

    `unnamed_since` is when nothing was first seen to name it any more, in milliseconds since 1970.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="assets")
    hash = models.CharField(max_length=64)
    bytes = models.PositiveIntegerField()
    data = models.BinaryField()
    unnamed_since = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "hash"], name="one_asset_a_hash")]


class Step(models.Model):
    """A state of the room's files in its history: after a hunk, a turn, a burst of typing, or one that somebody named.

    `files` is a packed manifest (`domain/history.py`): path → the hash of its text in `StepText`, or of its asset.
    """

    id = models.CharField(max_length=32, primary_key=True)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=_choices(StepKind))
    label = models.CharField(max_length=200)
    by = models.CharField(max_length=40)
    turn = models.CharField(max_length=32, null=True)
    files = models.BinaryField()
    at = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["room", "at"])]


class StepText(models.Model):
    """A text that steps of a room's history share: zlib-compressed UTF-8, named by the SHA-256 of the text."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="step_texts")
    hash = models.CharField(max_length=64)
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "hash"], name="one_text_a_hash")]


class WebProcess(models.Model):
    """A web process that is alive until `alive_until`. The turns of one that is not any more have failed."""

    id = models.CharField(max_length=80, primary_key=True)
    alive_until = models.DateTimeField()


class Update(models.Model):
    """One committed Yjs update of a room, as it came."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="updates")
    data = models.BinaryField()


class Snapshot(models.Model):
    """The Yjs state that the deleted `Update` rows were merged into, zlib-compressed. It has `types` shared types."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, primary_key=True)
    data = models.BinaryField()
    types = models.PositiveIntegerField(default=0)


class Event(models.Model):
    """One journaled event, as it went over the wire."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="events")
    seq = models.BigIntegerField()
    data = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "seq"], name="one_event_a_number")]


class Turn(models.Model):
    """One request to a model. `process` is the web process that carries it out."""

    id = models.CharField(max_length=32, primary_key=True)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="turns")
    member = models.CharField(max_length=32)
    member_name = models.CharField(max_length=40)
    model = models.CharField(max_length=80)
    rehearsal = models.BooleanField()
    mode = models.CharField(max_length=4, choices=_choices(Mode))
    prompts = models.JSONField()
    state = models.CharField(max_length=9, choices=_choices(TurnState))
    text = models.TextField(default="")
    usage = models.JSONField(null=True)
    sent = models.JSONField(null=True)
    timing = models.JSONField()
    undone = models.BooleanField(default=False)
    undone_by = models.CharField(max_length=40, null=True)
    stopped_by = models.CharField(max_length=40, null=True)
    run = models.CharField(max_length=32, null=True)
    error = models.JSONField(null=True)
    asked_at = models.BigIntegerField()
    process = models.CharField(max_length=80, default="")

    class Meta:
        indexes = [models.Index(fields=["room", "asked_at"])]


class Hunk(models.Model):
    """One located change of a turn, as `domain/edits/hunks.py` has it. `decided_by` is who accepted or rejected it.

    Whoever takes it back has claimed it until `claimed_until`, in milliseconds since 1970.
    """

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="hunks")
    hunk = models.CharField(max_length=32)
    kind = models.CharField(max_length=6, default="edit")
    path = models.TextField()
    file = models.CharField(max_length=255, null=True)
    created = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=_choices(HunkState))
    reason = models.CharField(max_length=16, null=True)
    message = models.TextField(null=True)
    line = models.PositiveIntegerField(null=True)
    before = models.TextField(default="")
    after = models.TextField(default="")
    start = models.BinaryField(null=True)
    end = models.BinaryField(null=True)
    key = models.CharField(max_length=64, default="")
    decided_by = models.CharField(max_length=40, null=True)
    superseded = models.BooleanField(default=False)
    claimed_until = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["turn", "hunk"], name="one_row_a_hunk")]
        indexes = [models.Index(fields=["state"])]


class Run(models.Model):
    """One sandboxed execution. `files` is what it runs on: zlib-compressed JSON, `texts` path → text and `binary`
    path → hash of an asset; dropped when it ends.

    A running run is leased to a worker: once `leased_until` is past, it is lost. One that waits has been handed to the
    workers at `sent_at`, which a lost message has done again. Moments are milliseconds since 1970.
    """

    id = models.CharField(max_length=32, primary_key=True)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="runs")
    member = models.CharField(max_length=32)
    member_name = models.CharField(max_length=40)
    command = models.JSONField()
    kind = models.CharField(max_length=7, choices=_choices(RunKind))
    select = models.CharField(max_length=200, null=True)
    only = models.JSONField(default=list)
    columns = models.PositiveSmallIntegerField(null=True)
    rows = models.PositiveSmallIntegerField(null=True)
    files = models.BinaryField(null=True)
    limits = models.JSONField()
    state = models.CharField(max_length=7, choices=_choices(RunState))
    exit_code = models.IntegerField(null=True)
    output = models.TextField(default="")
    truncated = models.BooleanField(default=False)
    tests = models.JSONField(default=list)
    reason = models.TextField(null=True)
    seconds = models.FloatField(null=True)
    cpu_seconds = models.FloatField(null=True)
    memory_bytes = models.BigIntegerField(null=True)
    output_bytes = models.BigIntegerField(default=0)
    made = models.JSONField(default=list)
    page = models.JSONField(null=True)
    debug = models.JSONField(null=True)
    left_out = models.PositiveIntegerField(default=0)
    created_at = models.BigIntegerField()
    begun_at = models.BigIntegerField(null=True)
    sent_at = models.BigIntegerField(default=0)
    worker = models.CharField(max_length=80, null=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["room", "created_at"]), models.Index(fields=["state", "leased_until"])]


class TestBatch(models.Model):
    """News of tests of a run that still runs, in the order of the rows: the last that is said of a test is true."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="test_batches")
    tests = models.JSONField()


class Result(models.Model):
    """Bytes of files that runs of a room made, named by their SHA-256; which run made which stands in `Run.made`.

    `used_at` is when a run last made them, in milliseconds since 1970: what is oldest goes first.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="results")
    hash = models.CharField(max_length=64)
    bytes = models.PositiveIntegerField()
    data = models.BinaryField()
    used_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "hash"], name="one_result_a_hash")]


class Message(models.Model):
    """One line of a room's chat."""

    id = models.CharField(max_length=32, primary_key=True)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="messages")
    member = models.CharField(max_length=32)
    member_name = models.CharField(max_length=40)
    text = models.TextField()
    sent_at = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["room", "sent_at"])]


class ModelMeasure(models.Model):
    """What turns here showed of a model, by its name. The two lists hold the last turns', oldest first."""

    model = models.CharField(max_length=80, primary_key=True)
    turns = models.PositiveIntegerField(default=0)
    edits = models.PositiveIntegerField(default=0)
    edits_landed = models.PositiveIntegerField(default=0)
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    first_token_ms = models.JSONField(default=list)
    tokens_per_second = models.JSONField(default=list)


class TokenDay(models.Model):
    """The tokens of paid models that were used on a day of UTC (YYYY-MM-DD)."""

    day = models.CharField(max_length=10, primary_key=True)
    used = models.BigIntegerField(default=0)
