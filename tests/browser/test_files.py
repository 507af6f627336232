"""The tree in a browser: files are made, moved, dropped and looked at, and nobody's text gives way to another's."""

from __future__ import annotations

import io
import struct
import wave
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from tests.browser.person import Person, Room, wait_until
from tests.line import Line
from tests.stack import Stack

MakePerson = Callable[[], Person]


def png(width: int = 3, height: int = 2) -> bytes:
    """A red image."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    pixels = (b"\0" + b"\xff\0\0" * width) * height
    header = struct.pack(">2L5B", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def wav(seconds: int = 1) -> bytes:
    """Silence."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setparams((1, 2, 8_000, 0, "NONE", "not compressed"))
        sound.writeframes(bytes(16_000 * seconds))
    return buffer.getvalue()


def drop(person: Person, onto: Locator, *paths: Path) -> None:
    """Drop files and folders of this computer, as the desktop does."""
    box = onto.bounding_box()
    assert box is not None
    session = person.page.context.new_cdp_session(person.page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        session.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})
    session.detach()


def choose(person: Person, label: str, *files: tuple[str, bytes]) -> None:
    """Choose files of this computer, of which the browser says a wrong type."""
    person.page.get_by_label(label).set_input_files(
        [FilePayload(name=name, mimeType="text/html", buffer=data) for name, data in files]
    )


def make(person: Person, path: str, text: str = "") -> None:
    """Make a file by hand, and type into it."""
    person.page.get_by_role("button", name="New file").click()
    person.page.get_by_role("textbox", name="Path").fill(path)
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("tab", selected=True)).to_have_attribute("title", path)
    if text:
        person.type(text)


def paths(room: Room) -> list[str]:
    return sorted(file["path"] for file in room.get("")["files"])


def until_paths(person: Person, room: Room, *wanted: str) -> None:
    wait_until(person.page, lambda: paths(room) == sorted(wanted))


def menu(person: Person, name: str, item: str) -> None:
    """Choose from the menu at the pointer."""
    person.file(name).click(button="right")
    person.page.get_by_role("menuitem", name=item).click()


@pytest.fixture
def tree(person: MakePerson, sparkroom: Stack) -> tuple[Person, Room]:
    alice, room = person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    return alice, room


def test_files_and_folders_are_renamed_moved_duplicated_and_deleted(tree: tuple[Person, Room]) -> None:
    alice, room = tree
    page = alice.page
    make(alice, "game/snake.js", "snake")
    make(alice, "game/levels/one.json", "1")
    make(alice, "readme.md", "read")
    ids = {file["path"]: file["id"] for file in room.get("")["files"]}
    # A file by F2; what is taken in another case is said before it is sent.
    alice.file("readme.md").focus()
    page.keyboard.press("F2")
    field = page.get_by_role("textbox", name="Path")
    field.fill("GAME/Snake.js")
    expect(page.get_by_text("differ by more than case")).to_be_visible()
    expect(page.get_by_role("button", name="Rename", exact=True)).to_be_disabled()
    field.fill("docs/readme.md")
    page.keyboard.press("Enter")
    # A folder, with all that is in it.
    menu(alice, "game", "Rename or move")
    page.get_by_role("textbox", name="Path").fill("play")
    page.keyboard.press("Enter")
    until_paths(alice, room, "docs/readme.md", "play/levels/one.json", "play/snake.js")
    # By dragging: into a folder, and to the top.
    alice.file("readme.md").drag_to(alice.file("play"))
    until_paths(alice, room, "play/levels/one.json", "play/readme.md", "play/snake.js")
    alice.file("levels").drag_to(page.get_by_role("tree"), target_position={"x": 60, "y": 300})
    until_paths(alice, room, "levels/one.json", "play/readme.md", "play/snake.js")
    assert {file["id"] for file in room.get("")["files"]} == set(ids.values()), "files keep their ids"
    menu(alice, "play", "Duplicate")
    until_paths(
        alice, room, "levels/one.json", "play (2)/readme.md", "play (2)/snake.js", "play/readme.md", "play/snake.js"
    )
    # Deleted by the key, taken back by the toast.
    alice.file("play (2)").focus()
    page.keyboard.press("Delete")
    alice.file("levels").focus()
    page.keyboard.press("Delete")
    until_paths(alice, room, "play/readme.md", "play/snake.js")
    note = page.get_by_role("status").filter(has_text="Deleted one.json")
    note.get_by_role("button", name="Undo").click()
    until_paths(alice, room, "levels/one.json", "play/readme.md", "play/snake.js")
    assert room.texts()["levels/one.json"] == "1"
    assert ids["game/levels/one.json"] in {file["id"] for file in room.get("")["files"]}


def test_a_tree_is_walked_with_the_keys_and_shows_new_folders(tree: tuple[Person, Room]) -> None:
    alice, room = tree
    page = alice.page
    make(alice, "a/b.js")
    make(alice, "c.js")
    page.get_by_role("button", name="More for files").click()
    page.get_by_role("menuitem", name="New folder").click()
    page.get_by_role("textbox", name="Path").fill("images")
    page.keyboard.press("Enter")
    expect(alice.file("images")).to_be_visible()
    assert paths(room) == ["a/b.js", "c.js"], "a folder is there for others once something is in it"
    alice.file("a").first.focus()
    for key, name in (
        ("ArrowDown", "b.js"),
        ("ArrowDown", "images"),
        ("End", "c.js"),
        ("Home", "a"),
        ("ArrowRight", "b.js"),
        ("ArrowLeft", "a"),
    ):
        page.keyboard.press(key)
        expect(page.locator(":focus")).to_have_accessible_name(name)
    page.keyboard.press("ArrowLeft")
    expect(alice.file("b.js")).to_be_hidden()
    alice.file("c.js").drag_to(alice.file("images"))
    until_paths(alice, room, "a/b.js", "images/c.js")


def test_two_people_who_create_one_path_both_keep_their_text(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    with Line(sparkroom) as line:
        alice.enter(line.through(room.links["owner"]))
        bob.enter(room.links["edit"])
        line.cut()
        expect(alice.page.locator(".saved-state")).to_have_text("Offline")
        make(alice, "main.py", "print('alice')")
        make(bob, "Main.py", "print('bob')")
        line.mend()
        wait_until(alice.page, lambda: len(paths(room)) == 2)
        texts = room.texts()
        assert {path.lower() for path in texts} == {"main.py", "main (2).py"}
        assert set(texts.values()) == {"print('alice')", "print('bob')"}
        for one in (alice, bob):
            for path, text in texts.items():
                expect(one.page.get_by_role("treeitem", name=path, exact=True)).to_be_visible()
                assert one.text(path) == text


def test_files_and_folders_are_dropped_on_the_tree(tree: tuple[Person, Room], tmp_path: Path) -> None:
    alice, room = tree
    page = alice.page
    (tmp_path / "game" / "img").mkdir(parents=True)
    (tmp_path / "game" / "node_modules").mkdir()
    (tmp_path / "game" / "index.html").write_text('<h1>é</h1><img src="img/cat.png">')
    (tmp_path / "game" / "img" / "cat.png").write_bytes(png())
    (tmp_path / "game" / "node_modules" / "x.js").write_text("left out")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "huge.bin").write_bytes(bytes(5_000_001))
    drop(alice, page.get_by_role("tree"), tmp_path / "game", tmp_path / "notes.txt", tmp_path / "huge.bin")
    until_paths(alice, room, "game/index.html", "game/img/cat.png", "notes.txt")
    expect(page.get_by_role("alert")).to_contain_text("huge.bin is too large: a file holds at most 5 MB")
    # What is there already is asked about.
    (tmp_path / "notes.txt").write_text("mine, later")
    drop(alice, page.get_by_role("tree"), tmp_path / "notes.txt")
    page.get_by_role("dialog").get_by_role("button", name="Keep both").click()
    until_paths(alice, room, "game/index.html", "game/img/cat.png", "notes (2).txt", "notes.txt")
    drop(alice, page.get_by_role("tree"), tmp_path / "notes.txt")
    page.get_by_role("dialog").get_by_role("button", name="Replace").click()
    wait_until(page, lambda: alice.text("notes.txt") == "mine, later")
    # Onto a folder; the page that the room is shows the image.
    drop(alice, alice.file("img"), tmp_path / "notes.txt")
    until_paths(alice, room, "game/index.html", "game/img/cat.png", "game/img/notes.txt", "notes (2).txt", "notes.txt")
    wide = "document.querySelector('img')?.naturalWidth || null"
    assert alice.preview(lambda frame: frame.evaluate(wide)) == 3


def test_images_and_sounds_are_looked_at_by_everybody(person: MakePerson, tree: tuple[Person, Room]) -> None:
    alice, room = tree
    page = alice.page
    choose(alice, "Files to upload", ("cat.png", png(40, 30)), ("ping.wav", wav()), ("data.bin", b"\0\1"))
    until_paths(alice, room, "cat.png", "data.bin", "ping.wav")
    bob = person()
    bob.page.goto(room.links["view"])
    for one in (alice, bob):
        one.file("cat.png").click()
        view = one.page.get_by_role("figure", name="cat.png")
        expect(view).to_contain_text("image/png")
        expect(view).to_contain_text("40 × 30 pixels")
        expect(view.get_by_role("img")).to_be_visible()
        one.file("ping.wav").click()
        player = one.page.get_by_role("figure", name="ping.wav").locator("audio")
        wait_until(one.page, lambda player=player: player.evaluate("sound => sound.duration") == 1)  # type: ignore[misc]
        one.file("data.bin").click()
        expect(one.page.get_by_role("figure", name="data.bin")).to_contain_text("application/octet-stream · 2 bytes")
    # Who may look may not change anything.
    expect(bob.page.get_by_role("button", name="Upload files")).to_have_count(0)
    bob.file("cat.png").click(button="right")
    expect(bob.page.get_by_role("menuitem")).to_have_text(["Download"])
    bob.page.keyboard.press("Escape")
    # A binary file is renamed, duplicated and brought back like any other.
    alice.file("cat.png").focus()
    page.keyboard.press("F2")
    page.get_by_role("textbox", name="Path").fill("img/cat.png")
    page.keyboard.press("Enter")
    menu(alice, "cat.png", "Duplicate")
    until_paths(alice, room, "data.bin", "img/cat (2).png", "img/cat.png", "ping.wav")
    expect(page.get_by_role("figure", name="img/cat (2).png")).to_contain_text("40 × 30 pixels")


def test_a_room_is_downloaded_and_uploaded_as_a_zip(
    person: MakePerson, tree: tuple[Person, Room], sparkroom: Stack, tmp_path: Path
) -> None:
    alice, room = tree
    make(alice, "src/main.py", "print(1)")
    choose(alice, "Files to upload", ("cat.png", png()))
    until_paths(alice, room, "cat.png", "src/main.py")
    alice.page.get_by_role("button", name="More for files").click()
    with alice.page.expect_download() as started:
        alice.page.get_by_role("menuitem", name="Download room").click()
    archive = tmp_path / "copy.zip"
    started.value.save_as(archive)
    with zipfile.ZipFile(archive) as packed:
        assert sorted(packed.namelist()) == ["cat.png", "src/main.py"]
    bob, other = person(), Room(sparkroom)
    bob.enter(other.links["owner"])
    bob.page.get_by_label("Zip to upload").set_input_files(archive)
    expect(bob.page.get_by_text("copy.zip: 2 new files, 0 files brought up to date.")).to_be_visible()
    assert bob.text("main.py") == "print(1)"
    bob.file("cat.png").click()
    expect(bob.page.get_by_role("figure", name="cat.png")).to_contain_text("3 × 2 pixels")
    choose(bob, "Zip to upload", ("bad.zip", b"PK no"))
    expect(bob.page.get_by_role("alert")).to_contain_text("no zip archive")
