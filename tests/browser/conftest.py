from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.person import Person
from tests.browser.scripted_model import ScriptedModel, scripted_stack
from tests.stack import Stack


@pytest.fixture
def person(browser: Browser) -> Iterator[Callable[[], Person]]:
    """Makes people, each with a browser profile of their own. None of their pages may have raised an error."""
    people: list[Person] = []

    def make() -> Person:
        context = browser.new_context(
            viewport={"width": 1440, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
        )
        people.append(Person(context.new_page()))
        return people[-1]

    yield make
    for one in people:
        one.page.context.close()
    assert [error for one in people for error in one.errors] == []


@pytest.fixture(scope="session")
def slow_sparkroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One whose rehearsal writes slowly enough for people to step in."""
    with Stack(tmp_path_factory.mktemp("slow"), SPARKROOM_REHEARSAL_SPEED="400") as stack:
        yield stack


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, ScriptedModel]]:
    """One whose model says what a test wants, and that model."""
    with scripted_stack(tmp_path_factory.mktemp("scripted")) as both:
        yield both


@pytest.fixture
def stack(scripted: tuple[Stack, ScriptedModel]) -> Stack:
    """What a module has that starts none of its own."""
    return scripted[0]


@pytest.fixture
def model(scripted: tuple[Stack, ScriptedModel]) -> ScriptedModel:
    return scripted[1]
