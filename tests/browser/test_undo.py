"""Undo in the editor takes back one's own steps: never another's text, and never the model's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person, Room, wait_until
from tests.line import Line
from tests.stack import Stack

MakePerson = Callable[[], Person]


@pytest.fixture
def line(sparkroom: Stack) -> Iterator[Line]:
    with Line(sparkroom) as line:
        yield line


class Text:
    """One document of a room, on the server."""

    def __init__(self, one: Person, room: Room, path: str) -> None:
        self._page = one.page
        self._room = room
        self._path = path

    def now(self) -> str:
        return self._room.texts().get(self._path, "")

    def becomes(self, text: str) -> None:
        """Wait until it is exactly this."""
        try:
            wait_until(self._page, lambda: self.now() == text)
        except AssertionError:
            assert self.now() == text
            raise


def start_file(person: Person, path: str, text: str) -> None:
    """Make a file by hand, and type into it."""
    person.page.get_by_role("button", name="New file").click()
    person.page.keyboard.type(path)
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("tab", name=path)).to_have_attribute("aria-selected", "true")
    person.type(text)


def type_at(person: Person, column: int, text: str) -> None:
    """Type into the first line, as a step of its own."""
    person.editor.click()
    person.page.keyboard.press("Control+Home")
    for _ in range(column):
        person.page.keyboard.press("ArrowRight")
    person.page.keyboard.type(text)


def press(person: Person, key: str) -> None:
    """Press a key in the editor, which has the keys already."""
    expect(person.editor).to_be_focused()
    person.page.keyboard.press(key)


def test_undo_and_redo_leave_others_text_in_the_same_line_alone(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    start_file(alice, "notes.txt", "abc")
    text = Text(alice, room, "notes.txt")
    text.becomes("abc")
    bob.open("notes.txt")
    type_at(alice, 3, " alice")
    text.becomes("abc alice")
    type_at(bob, 6, "BOB")
    text.becomes("abc alBOBice")
    type_at(alice, 12, "!")
    text.becomes("abc alBOBice!")
    press(alice, "Control+z")
    text.becomes("abc alBOBice")
    press(alice, "Control+z")
    text.becomes("abcBOB")
    press(alice, "Control+y")
    text.becomes("abc alBOBice")
    press(alice, "Control+Shift+Z")
    text.becomes("abc alBOBice!")
    for _ in range(5):
        press(alice, "Control+z")
    text.becomes("BOB")
    press(bob, "Control+z")
    text.becomes("")


def test_what_others_deleted_is_not_brought_back_and_what_one_deleted_is(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    start_file(bob, "notes.txt", "by bob.")
    text = Text(alice, room, "notes.txt")
    text.becomes("by bob.")
    alice.open("notes.txt")
    type_at(alice, 7, " by alice.")
    text.becomes("by bob. by alice.")
    alice.page.keyboard.press("Control+Home")
    for _ in range(3):
        alice.page.keyboard.press("Delete")
    text.becomes("bob. by alice.")
    # Bob removes some of hers, and writes beside it.
    bob.editor.click()
    bob.page.keyboard.press("Control+End")
    for _ in range(6):
        bob.page.keyboard.press("Backspace")
    bob.page.keyboard.type("me")
    text.becomes("bob. by me")
    press(alice, "Control+z")
    text.becomes("by bob. by me")
    press(alice, "Control+z")
    text.becomes("by bob.me")
    press(alice, "Control+y")
    press(alice, "Control+y")
    wait_until(alice.page, lambda: "me" in text.now() and not text.now().startswith("by "))


def test_undo_never_takes_back_what_the_model_writes_meanwhile(person: MakePerson, slow_sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(slow_sparkroom)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    bob.ask("Make a snake game")
    expect(alice.page.get_by_role("treeitem", name="snake.js")).to_be_visible()
    alice.open("snake.js")
    for number in range(3):
        alice.editor.click()
        alice.page.keyboard.press("Control+Home")
        alice.page.keyboard.type(f"// {number}\n")
    expect(bob.turns.last).to_have_attribute("data-state", "settled")
    alice.open("snake.js")
    wait_until(alice.page, lambda: room.texts()["snake.js"].startswith("// 2\n// 1\n// 0\n"))
    whole = room.texts()["snake.js"]
    alice.editor.click()
    for _ in range(10):
        press(alice, "Control+z")
    text = Text(alice, room, "snake.js")
    text.becomes(whole.removeprefix("// 2\n// 1\n// 0\n"))
    # And in the very line that the model changes.
    speed = next(line for line in text.now().splitlines() if "SPEED" in line.upper() or "STEPS" in line.upper())
    alice.page.keyboard.press("Control+f")
    alice.page.keyboard.type(speed.strip())
    alice.page.keyboard.press("Enter")
    alice.page.keyboard.press("Escape")
    alice.page.keyboard.press("End")
    alice.page.keyboard.type(" // mine")
    wait_until(alice.page, lambda: f"{speed} // mine\n" in text.now())
    bob.ask("Make the snake faster")
    expect(bob.turns.last).to_have_attribute("data-state", "settled")
    faster = text.now()
    assert f"{speed}\n" not in faster.replace(" // mine", "")
    assert " // mine\n" in faster
    for _ in range(10):
        press(alice, "Control+z")
    text.becomes(faster.replace(" // mine", ""))


def test_steps_outlive_a_switch_of_files_and_the_cursor_is_where_they_were(
    person: MakePerson, sparkroom: Stack
) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    start_file(alice, "a.txt", "first second third")
    a, b = Text(alice, room, "a.txt"), Text(alice, room, "b.txt")
    a.becomes("first second third")
    type_at(alice, 5, " and")
    a.becomes("first and second third")
    start_file(alice, "b.txt", "other")
    b.becomes("other")
    bob.open("a.txt")
    type_at(bob, 0, "BOB ")
    a.becomes("BOB first and second third")
    alice.open("a.txt")
    alice.editor.click()
    alice.page.keyboard.press("Control+End")
    press(alice, "Control+z")
    a.becomes("BOB first second third")
    alice.page.keyboard.type("X")
    a.becomes("BOB firstX second third")
    assert b.now() == "other"
    alice.open("b.txt")
    alice.editor.click()
    press(alice, "Control+z")
    b.becomes("")


def test_steps_outlive_a_lost_connection(person: MakePerson, sparkroom: Stack, line: Line) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    alice.enter(line.through(room.links["owner"]))
    bob.enter(room.links["edit"])
    start_file(alice, "notes.txt", "mine")
    text = Text(alice, room, "notes.txt")
    text.becomes("mine")
    bob.open("notes.txt")
    line.cut()
    expect(alice.page.locator(".saved-state")).to_have_text("Offline")
    type_at(alice, 4, " offline")
    type_at(bob, 0, "BOB ")
    text.becomes("BOB mine")
    line.mend()
    text.becomes("BOB mine offline")
    press(alice, "Control+z")
    text.becomes("BOB mine")
    press(alice, "Control+z")
    text.becomes("BOB ")
    press(alice, "Control+y")
    text.becomes("BOB mine")
