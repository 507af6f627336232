"""What is known of models: what others published, what was measured here, and what a test showed."""

from __future__ import annotations

from pydantic import Field

from ide.wire.shapes import Model, Shape


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
    """A model with what is known of it. `key_stored`: its key was pasted here, and whoever asks can take it back."""

    published: Published | None = None
    price: Price | None = None
    measured: Measured | None = None
    key_stored: bool = False


class DailyTokens(Shape):
    """How much of the day's tokens of paid models is used. The day is UTC's."""

    used: int
    allowed: int


class AskForKey(Shape):
    """Body of `PUT /api/keys/{name}`."""

    key: str = Field(min_length=1, max_length=400)


class Trial(Shape):
    """What came of asking a model for one small edit.

    `listed`: whether its server's list of models has its id; None if there is no list. `problem` says what went wrong,
    if anything did.
    """

    landed: bool
    listed: bool | None = None
    problem: str | None = None
    first_token_ms: float | None = None
    tokens_per_second: float | None = None
    total_ms: float
