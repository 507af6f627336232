"""What turns showed of the models, and how many tokens of the paid ones a day has used."""

from __future__ import annotations

from statistics import median

from django.db import transaction
from django.db.models import F

from ide.store.models import ModelMeasure, TokenDay
from ide.wire.codes import HunkState, TurnState
from ide.wire.models import Measured, Price
from ide.wire.shapes import Turn

LAST_TURNS = 50
MILLION = 1_000_000
_IN_PLACE = (HunkState.APPLIED, HunkState.ACCEPTED, HunkState.REJECTED)


def record(turn: Turn, *, day: str | None) -> int | None:
    """Add a turn that is over to what is known of its model. `day`: its tokens are paid for, and count for that day.

    Answers the tokens that the day has used by now; None without a day. Prepared answers are no measure of a model.
    """
    with transaction.atomic():
        if not turn.rehearsal:
            _measure(turn)
        tokens = turn.usage.input + turn.usage.output if turn.usage else 0
        return None if day is None else _spend(day, tokens)


def spend(day: str, tokens: int) -> int:
    """Count tokens that no turn used. Answers what the day has used by now."""
    with transaction.atomic():
        return _spend(day, tokens)


def used(day: str) -> int:
    """The tokens of paid models that a day has used."""
    return TokenDay.objects.filter(pk=day).values_list("used", flat=True).first() or 0


def measured(prices: dict[str, Price | None]) -> dict[str, Measured]:
    """What is known of these models, each with its price; those that no turn has asked are left out."""
    rows = ModelMeasure.objects.filter(pk__in=prices)
    return {row.model: _shape(row, prices[row.model]) for row in rows}


def _measure(turn: Turn) -> None:
    # Made first: a row that is not there cannot be locked.
    ModelMeasure.objects.get_or_create(pk=turn.model)
    row = ModelMeasure.objects.select_for_update().get(pk=turn.model)
    tried = [hunk for hunk in turn.hunks if hunk.state in _IN_PLACE or hunk.state == HunkState.REFUSED]
    row.turns += 1
    row.edits += len(tried)
    row.edits_landed += sum(hunk.state in _IN_PLACE for hunk in tried)
    if turn.usage is not None:
        row.input_tokens += turn.usage.input
        row.output_tokens += turn.usage.output
    if turn.timing.first_token_ms is not None:
        row.first_token_ms = [*row.first_token_ms, round(turn.timing.first_token_ms, 1)][-LAST_TURNS:]
    # Of an answer that was cut off there may be too little to tell a speed by.
    if turn.state == TurnState.SETTLED and turn.timing.tokens_per_second is not None:
        row.tokens_per_second = [*row.tokens_per_second, round(turn.timing.tokens_per_second, 1)][-LAST_TURNS:]
    row.save()


def _spend(day: str, tokens: int) -> int:
    TokenDay.objects.get_or_create(pk=day)
    TokenDay.objects.filter(pk=day).update(used=F("used") + tokens)
    return used(day)


def _shape(row: ModelMeasure, price: Price | None) -> Measured:
    cost = (row.input_tokens * price.input + row.output_tokens * price.output) / MILLION if price else None
    return Measured(
        turns=row.turns,
        first_token_ms=median(row.first_token_ms) if row.first_token_ms else None,
        tokens_per_second=median(row.tokens_per_second) if row.tokens_per_second else None,
        edits=row.edits,
        edits_landed=row.edits_landed,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost=cost,
    )
