"""What Run runs: a file by its language, or what the room's sparkroom.toml says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.person import Person, Room, wait_until
from tests.stack import Stack

MakePerson = Callable[[], Person]

TYPED = "const language: string = 'TypeScript';\nconsole.log('from', language);\n"
PROGRAMS = {
    "hello.py": ("print('from', 'Python')\n", "python hello.py", "from Python"),
    "hello.ts": (TYPED, "node hello.ts", "from TypeScript"),
    "hello.mjs": ("import { sep } from 'node:path';\nconsole.log(sep, 'Node');\n", "node hello.mjs", "/ Node"),
    "hello.sh": ("for word in from Shell; do printf '%s ' $word; done\n", "bash hello.sh", "from Shell"),
}
NAMED = """
[run]
fast = "python hello.py --fast"
tools = ["bash", "-c", "echo 'tools here' | cat"]
"""


def runs(person: Person) -> Locator:
    return person.page.get_by_role("region", name="Runs")


def run_button(person: Person) -> Locator:
    return runs(person).get_by_role("button", name="Run", exact=True)


def until_passed(person: Person, room: Room, count: int) -> None:
    wait_until(person.page, lambda: [run["state"] for run in room.get("/runs")] == ["passed"] * count)


@pytest.fixture
def room(sparkroom: Stack) -> Room:
    room = Room(sparkroom)
    for path, (text, _, _) in PROGRAMS.items():
        room.write(path, text)
    return room


def test_the_open_file_is_run_by_its_language(person: MakePerson, room: Room) -> None:
    alice = person()
    alice.enter(room.links["owner"])
    for count, (path, (_, command, says)) in enumerate(PROGRAMS.items(), 1):
        alice.open(path)
        expect(runs(alice).locator(".run-command")).to_have_text(command)
        run_button(alice).click()
        until_passed(alice, room, count)
        assert " ".join(room.get("/runs")[-1]["command"]) == command
        expect(alice.page.locator(".xterm-rows")).to_contain_text(says)
        expect(run_button(alice)).to_be_enabled()


def test_the_rooms_settings_say_what_run_runs_and_a_menu_has_the_rest(person: MakePerson, room: Room) -> None:
    alice, bob = person(), person()
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    alice.open("hello.ts")
    room.write("sparkroom.toml", NAMED)
    for one in (alice, bob):
        expect(runs(one).locator(".run-command")).to_have_text("fast: python hello.py --fast")
    run_button(alice).click()
    wait_until(alice.page, lambda: [run["command"][-1] for run in room.get("/runs")] == ["--fast"])
    expect(bob.page.locator(".xterm-rows")).to_contain_text("from Python")
    for name, says in (("tools", "tools here"), ("node hello.ts", "from TypeScript")):
        runs(alice).get_by_role("button", name="What else can be run").click()
        alice.page.get_by_role("menuitem", name=name).click()
        expect(bob.page.locator(".xterm-rows")).to_contain_text(says)
    alice.page.keyboard.press("Escape")
    alice.editor.click()
    alice.page.keyboard.press("Control+Enter")
    wait_until(alice.page, lambda: len(room.get("/runs")) == 4)
    assert room.get("/runs")[-1]["command"] == ["python", "hello.py", "--fast"]


def test_settings_that_are_wrong_are_shown_with_their_line_until_they_are_mended(
    person: MakePerson, room: Room
) -> None:
    alice = person()
    room.write("sparkroom.toml", "# What runs\nrun = python hello.py\n")
    alice.enter(room.links["owner"])
    alice.open("hello.py")
    expect(run_button(alice)).to_be_disabled()
    runs(alice).get_by_role("button", name="sparkroom.toml:2: this is not TOML").click()
    expect(alice.page.get_by_role("tab", name="sparkroom.toml")).to_have_attribute("aria-selected", "true")
    expect(alice.page.locator(".cm-activeLine")).to_have_text("run = python hello.py")
    # The files can be run meanwhile.
    alice.open("hello.py")
    runs(alice).get_by_role("button", name="What else can be run").click()
    alice.page.get_by_role("menuitem", name="python hello.py").click()
    expect(alice.page.locator(".xterm-rows")).to_contain_text("from Python")
    alice.open("sparkroom.toml")
    alice.editor.click()
    alice.page.keyboard.press("Control+a")
    alice.page.keyboard.insert_text('run = "python hello.py mended"')
    expect(runs(alice).locator(".run-command")).to_have_text("python hello.py mended")
    run_button(alice).click()
    wait_until(alice.page, lambda: room.get("/runs")[-1]["command"] == ["python", "hello.py", "mended"])


def test_in_a_room_of_pages_run_says_that_the_preview_shows_them(person: MakePerson, sparkroom: Stack) -> None:
    alice, room = person(), Room(sparkroom, "page")
    alice.page.set_viewport_size({"width": 640, "height": 900})
    alice.enter(room.links["owner"])
    alice.page.get_by_role("navigation", name="Panes").get_by_role("button", name="Run").click()
    expect(run_button(alice)).to_be_disabled()
    expect(run_button(alice)).to_have_attribute("title", "The preview shows the page: there is no program to run")
    expect(runs(alice)).to_contain_text("The preview shows the page")
