"""Which page is looked at, what is wrong with it, and what a model is told."""

from __future__ import annotations

import pytest

from ide.domain.pages import page_of, told, trouble
from ide.domain.refusals import Refusal
from ide.wire.codes import Code, PageLevel
from ide.wire.run_shapes import FailedLoad, PageMessage, PagePlace, PageReport

ERROR = PageMessage(
    level=PageLevel.ERROR, text="Uncaught x", uncaught=True, place=PagePlace(path="a.js", line=3, column=1), count=2
)
NOTE = PageMessage(level=PageLevel.LOG, text="tick")


def test_the_page_is_the_one_that_is_wanted_or_the_rooms_own() -> None:
    assert page_of(None, ["a/index.html", "b.html", "x.py"]) == "a/index.html"
    assert page_of("b.html", ["index.html", "b.html"]) == "b.html"


@pytest.mark.parametrize(
    ("wanted", "paths", "code"),
    [
        (None, ["x.py"], Code.NOT_FOUND),
        ("no.html", ["index.html"], Code.NOT_FOUND),
        ("x.py", ["x.py"], Code.BAD_REQUEST),
    ],
)
def test_without_a_page_there_is_nothing_to_look_at(wanted: str | None, paths: list[str], code: Code) -> None:
    with pytest.raises(Refusal) as refusal:
        page_of(wanted, paths)
    assert refusal.value.code is code


def test_errors_and_failed_loads_are_trouble_and_nothing_else_is() -> None:
    failed = FailedLoad(address="no.png", reason="there is no such file in this room")
    assert (
        trouble(PageReport(path="index.html", messages=[ERROR, NOTE], failures=[failed])) == "2 errors, 1 failed load"
    )
    assert trouble(PageReport(path="index.html", messages=[NOTE])) is None


def test_a_model_is_told_errors_first_and_not_without_end() -> None:
    many = [NOTE.model_copy(update={"text": f"{number} " + "x" * 5_000}) for number in range(100)]
    text = told(PageReport(path="index.html", title="T", load_ms=12, messages=[*many, ERROR], left_out=7), "2 errors")
    lines = text.splitlines()
    assert lines[0] == 'index.html: 2 errors. It loaded in 12 ms. Its title is "T".'
    assert lines[1] == "- uncaught error at a.js:3: Uncaught x (2 times)"
    assert lines[-1] == "- and 78 more"
    assert len(text) < 20_000
