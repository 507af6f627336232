"""What a turn used, and how fast its model wrote."""

from __future__ import annotations

from ide.engines.model import Usage
from ide.live.pace import Pace


def test_an_answer_that_was_taken_counts_though_nothing_came_of_it() -> None:
    pace = Pace()
    pace.begin(1_000)
    assert pace.usage().input == 0, "nobody took it yet"
    pace.take()
    assert (pace.usage().input, pace.usage().output, pace.usage().estimated) == (1_000, 0, True)


def test_an_answer_that_a_redirection_began_was_told_what_the_one_before_was() -> None:
    pace = Pace()
    pace.begin(1_000)
    pace.take()
    pace.begin()
    pace.take()
    assert pace.usage().input == 2_000


def test_what_a_model_thinks_is_no_speed_of_its_writing() -> None:
    pace = Pace()
    pace.begin(10)
    pace.beat(40)
    pace.beat(40)
    pace.count(Usage(input=10, output=5_020, reasoning=5_000))
    thinking = pace.timing().tokens_per_second
    pace.count(Usage(input=10, output=20))
    assert thinking == pace.timing().tokens_per_second
    assert pace.usage().output == 20
