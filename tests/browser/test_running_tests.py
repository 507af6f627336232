"""Tests in the browser: a tree that fills in, places, what is run again, and what a model is told."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.person import Person, Room, wait_until
from tests.browser.scripted_model import ScriptedModel
from tests.live.typing_session import edit
from tests.stack import Stack

MakePerson = Callable[[], Person]

BOARD = "def size():\n    return 2\n"
PYTEST = """import time
from board import size


def test_waits():
    time.sleep(4)


class TestSize:
    def test_three(self):
        print("size is", size())
        assert size() == 3

    def test_two(self):
        assert size() == 2
"""
UNITTEST = """import unittest
from board import size


class Size(unittest.TestCase):
    def test_four(self):
        self.assertEqual(size(), 4)
"""
NODE = """import assert from "node:assert";
import { describe, it } from "node:test";

describe("Board", () => {
  it("has five", () => {
    assert.equal(2, 5);
  });
  it("has two", () => {
    assert.equal(2, 2);
  });
});
"""
FILES = {"board.py": BOARD, "test_board.py": PYTEST, "test_unit.py": UNITTEST, "board.test.mjs": NODE}


def a_room(stack: Stack, files: dict[str, str]) -> Room:
    room = Room(stack)
    for path, text in files.items():
        room.write(path, text)
    return room


def line(results: Locator, name: str) -> Locator:
    """The innermost item of the tree that is called so."""
    named = results.page.locator(".result-name").get_by_text(name, exact=True)
    return results.get_by_role("listitem").filter(has=named).last


def test_the_tests_of_three_frameworks_are_a_tree_that_fills_in(
    person: MakePerson, stack: Stack, model: ScriptedModel
) -> None:
    alice, bob, room = person(), person(), a_room(stack, FILES)
    model.say("Fix: assert 2 == 3", edit("board.py", "    return 2\n", "    return 3\n"))
    alice.enter(room.links["owner"])
    bob.page.goto(room.links["view"])
    expect(bob.page.get_by_role("region", name="Runs")).to_be_visible()
    alice.page.get_by_role("button", name="Run tests").click()
    for one in (alice, bob):
        results = one.page.get_by_role("region", name="Test results")
        expect(line(results, "test_waits")).to_contain_text("running")
        expect(line(results, "test_three")).to_contain_text("waiting")
        expect(line(results, "TestSize")).to_contain_text("2 waiting")
    expect(bob.page.get_by_role("region", name="Test results").get_by_role("button")).to_have_count(0)
    results = alice.page.get_by_role("region", name="Test results")
    expect(results.get_by_role("status")).to_have_text("3 failed, 3 passed")
    for name in ("test_three", "test_four", "has five"):
        expect(line(results, name)).to_contain_text("failed")
    expect(line(results, "test_three")).to_contain_text("size is 2")
    # A failure links to its line.
    line(results, "has five").get_by_role("button", name="Open board.test.mjs:6").click()
    expect(alice.page.locator(".cm-activeLine")).to_have_text("assert.equal(2, 5);")
    line(results, "test_four").get_by_role("button", name="Open test_unit.py:7").click()
    expect(alice.page.locator(".cm-activeLine")).to_have_text("self.assertEqual(size(), 4)")
    # A failure goes to the model at the press of a button.
    line(results, "test_three").get_by_role("button", name="Fix").click()
    expect(alice.turns.last).to_have_attribute("data-state", "settled")
    assert "test_board.py::TestSize::test_three" in model.asked() and "size is 2" in model.asked()
    assert room.texts()["board.py"] == "def size():\n    return 3\n"
    # What failed runs again, alone.
    results.get_by_role("button", name="Run failed").click()
    expect(results.get_by_role("status")).to_have_text("2 failed, 1 passed")
    expect(line(results, "test_three")).to_contain_text("passed")
    expect(results.get_by_text("test_two", exact=True)).to_have_count(0)
    # One runs alone.
    line(results, "test_three").hover()
    line(results, "test_three").get_by_role("button", name="Run test_three").click()
    expect(results.get_by_role("status")).to_have_text("1 passed")
    # So does a file.
    only = room.get("/runs")[-1]["command"]
    assert only == ["tests", "test_board.py::TestSize::test_three"]


def test_the_test_at_the_cursor_runs_by_a_key_a_mark_and_a_button(person: MakePerson, stack: Stack) -> None:
    alice, room = person(), a_room(stack, FILES)
    alice.enter(room.links["owner"])
    results = alice.page.get_by_role("region", name="Test results")
    alice.open("board.test.mjs")
    alice.page.get_by_text("assert.equal(2, 2);").click()
    here = alice.page.get_by_role("region", name="Runs").get_by_role("button", name="has two", exact=True)
    expect(here).to_be_visible()
    alice.page.keyboard.press("Control+Shift+Enter")
    expect(results.get_by_role("status")).to_have_text("1 passed")
    expect(line(results, "has two")).to_contain_text("passed")
    expect(line(results, "has two")).to_have_count(1)
    here.click()
    wait_until(alice.page, lambda: len(room.get("/runs")) == 2)
    alice.open("test_board.py")
    alice.page.get_by_title("Run TestSize (Ctrl+Shift+Enter)").click()
    expect(results.get_by_role("status")).to_have_text("1 failed, 1 passed")
    alice.page.get_by_role("treeitem", name="board.py", exact=True).click()
    expect(alice.page.locator(".cm-testGutter")).to_have_count(0)
    expect(here).to_have_count(0)
    commands = [run["command"][1:] for run in room.get("/runs")]
    assert commands == [["board.test.mjs::Board::has two"]] * 2 + [["test_board.py::TestSize"]]


def test_a_turn_that_asks_for_tests_tells_how_they_ended_and_its_model_knows(
    person: MakePerson, stack: Stack, model: ScriptedModel
) -> None:
    files = {"board.py": BOARD, "test_size.py": "from board import size\n\ndef test_size():\n    assert size() == 4\n"}
    alice, room = person(), a_room(stack, files)
    model.say("Make it three", edit("board.py", "    return 2\n", "    return 3\n") + "It is three now.")
    model.say("What now", "Make it four.")
    alice.enter(room.links["owner"])
    card = alice.ask("Make it three and run the tests")
    expect(card).to_have_attribute("data-state", "settled")
    expect(card).to_contain_text("Tests: 1 failed.")
    expect(card).to_contain_text("assert 3 == 4")
    card.get_by_role("button", name="test_size.py:3").click()
    expect(alice.page.locator(".cm-activeLine")).to_contain_text("def test_size():")
    alice.page.get_by_role("button", name="Run tests").click()
    wait_until(alice.page, lambda: len(room.get("/runs")) == 2)
    card.get_by_role("button", name="Show the tests").click()
    shown = alice.page.get_by_role("navigation", name="Recent runs").locator("[aria-current]")
    expect(shown).to_have_count(1)
    assert room.get("/turns")[-1]["run"] == room.get("/runs")[0]["id"]
    expect(alice.ask("What now?")).to_have_attribute("data-state", "settled")
    asked = model.asked()
    assert "The tests were run after the turn" in asked and "assert 3 == 4" in asked
    assert len(room.get("/runs")) == 2, "a turn that does not ask for tests runs none"


def test_what_a_hello_leaves_out_of_a_large_run_is_fetched(person: MakePerson, stack: Stack) -> None:
    text = (
        "import pytest\n\n\n"
        '@pytest.mark.parametrize("n", range(180))\n'
        'def test_says(n):\n    print("heard " * 600)\n    assert n < 0, "said " * 700\n'
    )
    alice, room = person(), a_room(stack, {"test_much.py": text})
    alice.enter(room.links["owner"])
    results = alice.page.get_by_role("region", name="Test results")
    alice.page.get_by_role("button", name="Run tests").click()
    expect(results.get_by_role("status")).to_have_text("180 failed")
    wait_until(alice.page, lambda: room.get("/runs")[0]["state"] == "failed")
    (told,) = room.get("/runs")
    assert told["cut"] and len(told["tests"]) == 180 and not any(test["message"] for test in told["tests"])
    alice.page.reload()
    expect(results.get_by_role("status")).to_have_text("180 failed")
    expect(results.get_by_text("said said").first).to_be_attached()
    expect(results.get_by_role("button", name="Fix").first).to_be_attached()
