"""The tokens of paid models that a day has, as one process sees them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from ide.domain.refusals import Refusal
from ide.live.allowance import Allowance
from ide.store.writer import Writer
from ide.wire.codes import Code
from ide.wire.shapes import Model

pytestmark = pytest.mark.usefixtures("database")
NOON = 1_795_608_000_000
DAY_MS = 86_400_000


def model(*, paid: bool) -> Model:
    return Model(
        name="m", tier="fast", protocol="chat", dialect="edit", context_tokens=4_000, rehearsal=False, paid=paid
    )


@pytest.fixture
async def writer() -> AsyncIterator[Writer]:
    writer = Writer()
    yield writer
    await writer.close()


async def test_a_paid_model_is_refused_once_the_day_is_used_up_and_asked_again_on_the_next(writer: Writer) -> None:
    now = [NOON]
    allowance = Allowance(writer, 100, lambda: now[0])
    allowance.check(model(paid=True))
    await allowance.spend(model(paid=True), 99)
    allowance.check(model(paid=True))
    await allowance.spend(model(paid=True), 1)
    with pytest.raises(Refusal, match="used up") as refused:
        allowance.check(model(paid=True))
    assert refused.value.code == Code.TOO_MANY
    allowance.check(model(paid=False))
    now[0] += DAY_MS
    allowance.check(model(paid=True))
    assert (await allowance.look()).used == 0


async def test_what_costs_nothing_is_not_counted(writer: Writer) -> None:
    allowance = Allowance(writer, 100, lambda: NOON)
    await allowance.spend(model(paid=False), 1_000)
    assert (await allowance.look()).used == 0


async def test_another_process_has_used_them(writer: Writer) -> None:
    one, other = (Allowance(writer, 100, lambda: NOON) for _ in range(2))
    await one.spend(model(paid=True), 100)
    other.check(model(paid=True))
    assert (await other.look()).used == 100
    with pytest.raises(Refusal):
        other.check(model(paid=True))


async def test_none_are_allowed_at_zero(writer: Writer) -> None:
    with pytest.raises(Refusal):
        Allowance(writer, 0, lambda: NOON).check(model(paid=True))
