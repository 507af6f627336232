"""Nothing that is typed is lost: without a connection, without a database, over a killed tab and a restored backup."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pycrdt
import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.person import Person, Room, wait_until
from tests.line import Line
from tests.stack import KEPT, ROOT, Stack

MakePerson = Callable[[], Person]


@pytest.fixture
def line(sparkroom: Stack) -> Iterator[Line]:
    with Line(sparkroom) as line:
        yield line


@pytest.fixture(scope="module")
def small_sparkroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One that tests may stop, with rooms that are full soon."""
    with Stack(
        tmp_path_factory.mktemp("small"), SPARKROOM_ROOM_BYTES="10000", SPARKROOM_DOCUMENT_BYTES="9000"
    ) as stack:
        yield stack


def see_state(page: Page, words: str) -> None:
    """Wait until the header says how the text is kept."""
    expect(page.locator(".saved-state")).to_have_text(words)


def kept_text(page: Page) -> str:
    """The one document's text as the page's copy in the browser has it."""
    look = """async () => {
        const { name } = (await indexedDB.databases()).find(({ name }) => name.startsWith("sparkroom:"))
        const open = indexedDB.open(name)
        const database = await new Promise(resolve => { open.onsuccess = () => resolve(open.result) })
        const all = database.transaction("updates").objectStore("updates").getAll()
        const rows = await new Promise(resolve => { all.onsuccess = () => resolve(all.result) })
        database.close()
        return rows.map(row => [...row])
    }"""
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    for row in page.evaluate(look):
        doc.apply_update(bytes(row))
    return "".join(str(entry["text"]) for entry in doc.get("files", type=pycrdt.Map).values())


def copies_kept(page: Page, room: Room) -> list[str]:
    """The databases that the browser holds of a room."""
    names: list[str] = page.evaluate("indexedDB.databases().then(all => all.map(({ name }) => name))")
    return [name for name in names if name.startswith(f"sparkroom:{room.id}:")]


def start_file(person: Person, path: str, text: str) -> None:
    """Make a file by hand, and type into it."""
    person.page.get_by_role("button", name="New file").click()
    person.page.keyboard.type(path)
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("tab", name=path)).to_have_attribute("aria-selected", "true")
    person.type(text)


def test_what_is_typed_offline_is_kept_and_merged_on_return(person: MakePerson, sparkroom: Stack, line: Line) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    alice.enter(line.through(room.links["owner"]))
    bob.enter(room.links["edit"])
    start_file(alice, "notes.txt", "one two")
    see_state(alice.page, "Saved")
    line.cut()
    see_state(alice.page, "Offline")
    alice.type(" three")
    see_state(alice.page, "Offline: kept in this browser")
    bob.open("notes.txt")
    bob.editor.click()
    bob.page.keyboard.press("Control+Home")
    bob.page.keyboard.type("zero ")
    wait_until(bob.page, lambda: room.texts()["notes.txt"] == "zero one two")
    line.mend()
    see_state(alice.page, "Saved")
    wait_until(alice.page, lambda: room.texts()["notes.txt"] == "zero one two three")
    for one in (alice, bob):
        assert one.text("notes.txt") == "zero one two three"


def test_what_a_killed_tab_had_not_sent_is_there_at_the_next_visit(
    person: MakePerson, sparkroom: Stack, line: Line
) -> None:
    alice, room = person(), Room(sparkroom)
    alice.enter(line.through(room.links["owner"]))
    start_file(alice, "notes.txt", "seen ")
    see_state(alice.page, "Saved")
    context = alice.page.context
    line.cut()
    see_state(alice.page, "Offline")
    alice.type("and not sent, to the last letter")
    # A browser needs a moment to write a letter down.
    wait_until(alice.page, lambda: kept_text(alice.page) == "seen and not sent, to the last letter")
    with alice.page.expect_event("crash"), pytest.raises(Error, match="crash"):
        alice.page.goto("chrome://crash")
    assert room.texts()["notes.txt"] == "seen "
    line.mend()
    again = Person(context.new_page())
    again.enter(line.through(f"{sparkroom.base_url}/r/{room.id}"))
    wait_until(again.page, lambda: room.texts()["notes.txt"] == "seen and not sent, to the last letter")
    assert again.errors == []


def test_two_tabs_of_one_browser_double_nothing(person: MakePerson, sparkroom: Stack, line: Line) -> None:
    alice, room = person(), Room(sparkroom)
    alice.enter(line.through(room.links["owner"]))
    start_file(alice, "notes.txt", "both")
    see_state(alice.page, "Saved")
    other = Person(alice.page.context.new_page())
    other.enter(line.through(f"{sparkroom.base_url}/r/{room.id}"))
    other.open("notes.txt")
    line.cut()
    alice.type(" A")
    other.type(" B")
    for page in (alice.page, other.page):
        see_state(page, "Offline: kept in this browser")
    line.mend()
    for page in (alice.page, other.page):
        see_state(page, "Saved")
    wait_until(alice.page, lambda: room.texts()["notes.txt"] in ("both A B", "both B A"))
    text = room.texts()["notes.txt"]
    alice.page.reload()
    see_state(alice.page, "Saved")
    assert alice.text("notes.txt") == text
    assert len(copies_kept(alice.page, room)) == 1
    assert other.errors == []


def test_a_server_that_cannot_write_is_never_called_saved(person: MakePerson, small_sparkroom: Stack) -> None:
    alice, room = person(), Room(small_sparkroom)
    alice.enter(room.links["owner"])
    start_file(alice, "notes.txt", "before")
    see_state(alice.page, "Saved")
    held = sqlite3.connect(small_sparkroom.data / "sparkroom.sqlite3", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    try:
        alice.type(" and during")
        see_state(alice.page, "Not saved: the server cannot write")
    finally:
        held.execute("ROLLBACK")
        held.close()
    see_state(alice.page, "Saved")
    assert room.texts()["notes.txt"] == "before and during"


def test_a_room_that_is_full_sets_aside_what_it_did_not_take(person: MakePerson, small_sparkroom: Stack) -> None:
    alice, room = person(), Room(small_sparkroom)
    alice.enter(room.links["owner"])
    start_file(alice, "a.txt", "a")
    see_state(alice.page, "Saved")
    for path in ("b.txt", "c.txt"):
        start_file(alice, path, "mine")
        alice.page.evaluate("text => navigator.clipboard.writeText(text)", path * 1_200)
        alice.page.keyboard.press("Control+v")
    expect(alice.page.get_by_text("makes the room larger than it may be")).to_be_visible()
    see_state(alice.page, "Not saved: kept in this browser")
    alice.page.get_by_role("button", name="Set my changes aside and reload").click()
    offered = alice.page.get_by_role("region", name="Your copy")
    expect(offered.get_by_role("listitem")).to_have_count(1)
    with alice.page.expect_download() as taken:
        offered.get_by_role("button", name="Download c.txt").click()
    assert Path(taken.value.path()).read_text() == "mine" + "c.txt" * 1_200
    offered.get_by_role("button", name="Add c.txt").click()
    expect(alice.page.get_by_text("The room has no space for it")).to_be_visible()
    offered.get_by_role("button", name="Done").click()
    expect(offered).to_have_count(0)
    wait_until(alice.page, lambda: len(copies_kept(alice.page, room)) == 1)
    assert room.texts()["b.txt"] == "mine" + "b.txt" * 1_200
    alice.page.reload()
    see_state(alice.page, "Saved")
    expect(offered).to_have_count(0)


def test_a_restored_backup_doubles_nothing_and_offers_what_it_lacks(
    person: MakePerson, small_sparkroom: Stack, tmp_path: Path
) -> None:
    stack = small_sparkroom
    alice, bob, room = person(), person(), Room(stack)
    alice.enter(room.links["owner"])
    start_file(alice, "old.txt", "as ever")
    start_file(alice, "notes.txt", "in the backup")
    see_state(alice.page, "Saved")
    database, backup = stack.data / "sparkroom.sqlite3", tmp_path / "backup.sqlite3"
    with sqlite3.connect(database) as source, sqlite3.connect(backup) as target:
        source.backup(target)
    alice.type(", saved after it")
    see_state(alice.page, "Saved")
    assert room.texts()["notes.txt"] == "in the backup, saved after it"
    stack.stop()
    see_state(alice.page, "Offline")
    alice.type(", never sent")
    see_state(alice.page, "Offline: kept in this browser")
    for leftover in stack.data.glob("sparkroom.sqlite3-*"):
        leftover.unlink()
    shutil.copy(backup, database)
    restored = subprocess.run(
        [sys.executable, "manage.py", "restored"],
        cwd=ROOT,
        env={name: os.environ[name] for name in KEPT if name in os.environ} | {"SPARKROOM_DATA": str(stack.data)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "a new epoch" in restored.stdout
    stack.start()
    expect(alice.page.get_by_text("The room was restored from a backup.")).to_be_visible()
    assert room.texts()["notes.txt"] == "in the backup"
    alice.page.get_by_role("button", name="Reload").click()
    offered = alice.page.get_by_role("region", name="Your copy")
    expect(offered.get_by_role("listitem")).to_have_count(1)
    expect(offered).to_contain_text("notes.txt")
    bob.enter(room.links["edit"])
    assert bob.text("notes.txt") == "in the backup"
    assert alice.text("notes.txt") == "in the backup"
    # A copy that was not decided on is offered again.
    offered.get_by_role("button", name="Later").click()
    alice.page.reload()
    offered.get_by_role("button", name="Add notes.txt to the room").click()
    expect(offered).to_have_count(0)
    added = {"notes (your copy).txt": "in the backup, saved after it, never sent"}
    wait_until(alice.page, lambda: room.texts().items() >= ({"notes.txt": "in the backup"} | added).items())
    expect(bob.file("notes (your copy).txt")).to_be_visible()
    wait_until(alice.page, lambda: len(copies_kept(alice.page, room)) == 1)
    alice.page.reload()
    see_state(alice.page, "Saved")
    expect(offered).to_have_count(0)
