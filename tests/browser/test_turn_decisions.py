"""People decide about what a model wrote: they undo its turn, and accept and reject its changes, beside each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Locator, expect

from tests.benchmarks.processes import module
from tests.browser.person import Person, Room, wait_until
from tests.live.typing_session import edit
from tests.stack import Stack

MakePerson = Callable[[], Person]
MODEL = """
[[model]]
name = "standin"
protocol = "chat"
base_url = "{address}"
model = "standin-1"
"""
HEADING = "    <h1>Hello</h1>\n"
ANSWER = (
    edit("index.html", HEADING, HEADING.replace("Hello", "Bonjour"))
    + edit("style.css", "  background: #3355dd;\n", "  background: #dd3355;\n")
    + edit("script.js", "  clicks += 1\n", "  clicks += 2\n")
    + "<<<<<<< CREATE notes.txt\nSay it in French.\n>>>>>>> END\n"
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("decisions")
    (folder / "answer.txt").write_text(ANSWER)
    with module("tests.standins.chat", "--answer", str(folder / "answer.txt")) as (_, address):
        models = folder / "models.toml"
        models.write_text(MODEL.format(address=address))
        with Stack(folder, SPARKROOM_MODELS=str(models)) as stack:
            yield stack


def until_heading(person: Person, words: str) -> None:
    """Wait until the page in the preview says this at its top."""

    def look(frame: Frame) -> bool | None:
        said: object = frame.evaluate("document.querySelector('h1')?.textContent")
        return True if said == words else None

    person.preview(look)


def change(person: Person, path: str) -> Locator:
    """A change of the last turn, by its file."""
    return person.turns.last.get_by_role("listitem").filter(has_text=path)


def test_an_undone_turn_leaves_what_another_typed_in_it(person: MakePerson, stack: Stack) -> None:
    alice, bob, room = person(), person(), Room(stack, "page")
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    before = room.texts()
    alice.ask("Say it in French")
    expect(bob.turns.last).to_have_attribute("data-state", "settled")
    for one in (alice, bob):
        until_heading(one, "Bonjour")
    bob.open("index.html")
    bob.editor.get_by_text("Bonjour").click()
    bob.page.keyboard.press("End")
    bob.page.keyboard.type("<!-- mine -->")
    # Once that is on the page, nothing is left that it would be loaded for.
    alice.preview(lambda frame: True if frame.evaluate("document.body?.innerHTML.includes('mine')") else None)
    loads: list[str] = []
    alice.page.on("request", lambda request: loads.append(request.url) if request.is_navigation_request() else None)
    alice.turns.last.get_by_role("button", name="Undo", exact=True).click()
    name = {member["id"]: member["name"] for member in room.get("")["members"]}[room.get("/turns")[0]["member"]]
    expect(alice.turns.last).to_contain_text("Undone by you")
    expect(bob.turns.last).to_contain_text(f"Undone by {name}")
    expect(change(bob, "style.css")).to_contain_text(f"rejected by {name}")
    for one in (alice, bob):
        until_heading(one, "Hello")
        expect(one.turns.last.get_by_role("button", name="Undo", exact=True)).to_have_count(0)
        expect(one.file("notes.txt")).to_have_count(0)
    assert len(loads) == 1, "all files of the turn are one reload"
    expected = {**before, "index.html": before["index.html"].replace("</h1>", "</h1><!-- mine -->")}
    assert room.texts() == expected
    # It was nobody's own step: undo in the editor takes back what was typed there, and no more.
    bob.editor.click()
    bob.page.keyboard.press("Control+z")
    wait_until(bob.page, lambda: room.texts() == before)


def test_changes_are_accepted_and_rejected_one_by_one(person: MakePerson, stack: Stack) -> None:
    alice, bob, viewer, room = person(), person(), person(), Room(stack, "page")
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    viewer.page.goto(room.links["view"])
    before = room.texts()
    alice.ask("Say it in French")
    expect(viewer.turns.last).to_have_attribute("data-state", "settled")
    names = {member["id"]: member["name"] for member in room.get("")["members"]}
    asker = room.get("/turns")[0]["member"]
    (other,) = (
        member["name"] for member in room.get("")["members"] if member["id"] != asker and member["role"] == "editor"
    )
    expect(change(viewer, "style.css")).to_be_visible()
    expect(viewer.turns.last.get_by_role("button", name="Reject the change")).to_have_count(0)
    expect(viewer.turns.last.get_by_role("button", name="Undo", exact=True)).to_have_count(0)
    alice.open("script.js")
    expect(alice.page.locator(".cm-line.cm-written")).to_have_text("  clicks += 2")
    accept = change(bob, "script.js").get_by_role("button", name="Accept the change")
    accept.focus()
    bob.page.keyboard.press("Enter")
    expect(alice.page.locator(".cm-line.cm-written")).to_have_count(0)
    expect(change(alice, "script.js")).to_contain_text(f"accepted by {other}")
    expect(change(bob, "script.js").get_by_role("button", name="Accept the change")).to_have_count(0)
    change(bob, "style.css").get_by_role("button", name="Reject the change").click()
    expect(change(alice, "style.css")).to_contain_text(f"rejected by {other}")
    expect(change(bob, "style.css")).to_contain_text("rejected by you")
    wait_until(alice.page, lambda: room.texts()["style.css"] == before["style.css"])
    assert "Bonjour" in room.texts()["index.html"]
    bob.open("index.html")
    expect(bob.page.locator(".cm-line.cm-written")).to_have_count(1)
    first = alice.turns.first
    alice.ask("And now something else")
    expect(first.get_by_role("listitem").filter(has_text="index.html")).to_contain_text("accepted by you")
    expect(bob.turns.first.get_by_role("listitem").filter(has_text="index.html")).to_contain_text(
        f"accepted by {names[asker]}"
    )
    expect(bob.page.locator(".cm-line.cm-written")).to_have_count(0)
