"""Following somebody: the editor and the preview show what they look at, until one does something oneself."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person, Room, wait_until
from tests.stack import Stack

MakePerson = Callable[[], Person]
LINES = "".join(f"line {number}\n" for number in range(1, 401))


def name_of(one: Person) -> str:
    """What this person is called in the room."""
    one.page.get_by_role("button", name="Members:").click()
    name = one.page.get_by_role("textbox", name="Your name").input_value()
    one.page.keyboard.press("Escape")
    return name


def follow(one: Person, name: str) -> None:
    """Click somebody's avatar."""
    one.page.get_by_role("button", name=f"Follow {name}").click()
    expect(one.page.get_by_text(f"Following {name}")).to_be_visible()


def see_open(one: Person, path: str) -> None:
    """Wait until this file is in front."""
    expect(one.page.get_by_role("tab", name=path)).to_have_attribute("aria-selected", "true")


def first_line(one: Person) -> int:
    """The number of the first line that is wholly in view, by the editor's gutter."""
    number: int = one.page.evaluate(
        """() => {
          const top = document.querySelector(".cm-scroller").getBoundingClientRect().top
          const numbers = [...document.querySelectorAll(".cm-lineNumbers .cm-gutterElement")]
          const seen = numbers.find(element => element.offsetHeight && element.getBoundingClientRect().top >= top - 4)
          return Number(seen?.textContent ?? 0)
        }"""
    )
    return number


def beside(one: Person, other: Person) -> bool:
    """Whether both see the same lines; the first one may be in view by half."""
    return abs(first_line(one) - first_line(other)) <= 1


def scroll(one: Person, by: int) -> None:
    """Turn the wheel over the editor."""
    one.editor.hover()
    one.page.mouse.wheel(0, by)


def start_file(one: Person, path: str, text: str) -> None:
    """Make a file by hand, and paste into it."""
    one.page.get_by_role("button", name="New file").click()
    one.page.keyboard.type(path)
    one.page.keyboard.press("Enter")
    see_open(one, path)
    one.editor.click()
    one.page.evaluate("text => navigator.clipboard.writeText(text)", text)
    one.page.keyboard.press("Control+v")
    expect(one.page.locator(".saved-state")).to_have_text("Saved")


def test_the_editor_goes_along_until_one_does_something_oneself(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    name = name_of(alice)
    start_file(alice, "long.txt", LINES)
    start_file(alice, "other.txt", "short")
    follow(bob, name)
    see_open(bob, "other.txt")
    bob.prompt.click()
    alice.open("long.txt")
    see_open(bob, "long.txt")
    scroll(alice, 3_000)
    wait_until(alice.page, lambda: first_line(alice) > 50)
    wait_until(bob.page, lambda: beside(bob, alice))
    scroll(alice, -1_000)
    wait_until(bob.page, lambda: beside(bob, alice))
    # A smaller window shows the cursor, if all of what the other sees does not fit.
    alice.editor.click()
    alice.page.keyboard.press("Control+End")
    alice.page.keyboard.type("the end")
    expect(bob.page.locator(".cm-line", has_text="the end")).to_be_in_viewport()
    expect(bob.prompt).to_be_focused()
    bob.page.keyboard.type("still mine")
    expect(bob.prompt).to_have_value("still mine")
    expect(bob.page.get_by_text(f"Following {name}")).to_be_visible()
    # Their own wheel ends it.
    scroll(bob, -2_000)
    expect(bob.page.get_by_text(f"Following {name}")).to_have_count(0)
    wait_until(bob.page, lambda: first_line(bob) < 350)
    alice.open("other.txt")
    expect(bob.page.get_by_role("tab", name="long.txt")).to_have_attribute("aria-selected", "true")
    # And so does the chip, without a word.
    follow(bob, name)
    see_open(bob, "other.txt")
    bob.page.locator(".follow-chip").get_by_role("button", name=f"Stop following {name}").click()
    alice.open("long.txt")
    expect(bob.page.get_by_text(f"Following {name}")).to_have_count(0)
    see_open(bob, "other.txt")


def test_the_preview_goes_along(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    start_file(alice, "first.html", "<h1>First</h1>")
    start_file(alice, "second.html", "<h1>Second</h1>")
    name, page = name_of(alice), "Page"
    for path in ("second.html", "first.html", "second.html"):
        alice.page.get_by_label(page, exact=True).select_option(path)
        if bob.page.locator(".follow-chip.following").count() == 0:
            follow(bob, name)
        expect(bob.page.get_by_label(page, exact=True)).to_have_value(path)
    bob.page.get_by_label(page, exact=True).select_option("first.html")
    expect(bob.page.locator(".follow-chip.following")).to_have_count(0)
    alice.page.get_by_label(page, exact=True).select_option("first.html")
    alice.page.get_by_label(page, exact=True).select_option("second.html")
    expect(bob.page.get_by_label(page, exact=True)).to_have_value("first.html")


def test_two_who_follow_each_other_stay_where_they_are(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    names = name_of(alice), name_of(bob)
    start_file(alice, "a.txt", LINES)
    start_file(alice, "b.txt", LINES)
    bob.open("b.txt")
    scroll(bob, 2_000)
    follow(alice, names[1])
    wait_until(alice.page, lambda: beside(alice, bob) and first_line(bob) > 50)
    follow(bob, names[0])
    moved = """() => {
      window.moves = 0
      const scroller = document.querySelector(".cm-scroller")
      scroller.addEventListener("scroll", () => window.moves += 1)
    }"""
    for one in (alice, bob):
        one.page.evaluate(moved)
    # Something that both take in, with all the presence around it.
    carol = person()
    carol.enter(room.links["edit"])
    carol.open("b.txt")
    carol.type("from carol")
    wait_until(alice.page, lambda: room.texts()["b.txt"].endswith("from carol"))
    for one in (alice, bob):
        see_open(one, "b.txt")
        assert one.page.evaluate("window.moves") == 0
    alice.open("a.txt")
    see_open(bob, "a.txt")
    expect(bob.page.get_by_text(f"Following {names[0]}")).to_be_visible()
    expect(alice.page.locator(".follow-chip.following")).to_have_count(0)


def test_the_model_is_followed_like_anybody(person: MakePerson, slow_sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(slow_sparkroom)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    start_file(bob, "mine.txt", "mine")
    alice.ask("Make a snake game")
    see_open(bob, "mine.txt")
    # By key: a click waits until nothing moves, and a turn is short.
    bob.page.get_by_role("button", name="Follow Rehearsal").press("Enter")
    expect(bob.page.get_by_text("Following Rehearsal")).to_be_visible()
    # From file to file, to the last that it writes.
    see_open(bob, "snake.js")
    expect(alice.turns.last).to_have_attribute("data-state", "settled")
    expect(bob.page.locator(".follow-chip")).to_have_count(0)


def test_who_leaves_takes_the_cursor_along_and_is_followed_no_more(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    name = name_of(alice)
    start_file(alice, "notes.txt", "here")
    follow(bob, name)
    see_open(bob, "notes.txt")
    cursor = bob.page.locator(".cm-ySelectionInfo", has_text=name)
    expect(cursor).to_have_count(1)
    # A page that is loaded again is the same person.
    alice.page.reload()
    expect(cursor).to_have_count(0)
    alice.editor.click()
    expect(cursor).to_have_count(1)
    expect(bob.page.get_by_text(f"Following {name}")).to_be_visible()
    alice.page.close()
    expect(cursor).to_have_count(0)
    expect(bob.page.get_by_text(f"{name} has left")).to_be_visible()
    expect(bob.page.locator(".follow-chip.following")).to_have_count(0)


HOSTILE = """async states => {
  const varuint = n => n < 128 ? [n] : [(n % 128) | 128, ...varuint(Math.floor(n / 128))]
  const bytes = text => { const data = new TextEncoder().encode(text); return [...varuint(data.length), ...data] }
  const address = `${location.origin.replace("http", "ws")}/ws/rooms/${location.pathname.split("/").pop()}`
  window.hostile = []
  for (let at = 0; at < states.length; at += 4) {
    const socket = new WebSocket(address)
    window.hostile.push(socket)
    await new Promise(done => { socket.onopen = done })
    states.slice(at, at + 4).forEach((state, index) => {
      const body = [...varuint(1), ...varuint(1000 + at + index), ...varuint(1), ...bytes(JSON.stringify(state))]
      socket.send(new Uint8Array([1, ...varuint(body.length), ...body]))
    })
  }
  return window.hostile.length
}"""


def test_a_hostile_presence_breaks_nobodys_page(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, eve, room = person(), person(), person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    eve.enter(room.links["edit"])
    start_file(alice, "notes.txt", "here")
    bob.open("notes.txt")
    name = name_of(alice)
    user = {"id": "evil", "name": "E" * 4_000, "color": "red;position:fixed;inset:0", "colorLight": "url(//x)"}
    below = {"type": {"client": 1, "clock": -1}, "item": {"client": 1, "clock": -1}, "assoc": 0}
    root = {"tname": "files", "type": None, "item": None}
    states: list[object] = [
        {},
        {"user": 7},
        {"user": {"id": {}, "name": []}},
        {"user": user, "cursor": "there", "document": {"a": 1}},
        {"user": user, "cursor": {"anchor": below, "head": below}},
        {"user": user, "cursor": {"anchor": root, "head": root}, "seen": {"top": root, "bottom": below}},
        {"user": {**user, "model": True, "turn": 5}, "cursor": {"anchor": [], "head": None}, "document": "x" * 3_000},
        {"user": user, "following": "evil", "page": "../../secret", "seen": 5},
    ]
    assert eve.page.evaluate(HOSTILE, states) == 2
    shown = bob.page.get_by_role("button", name="Members:")
    shown.click()
    expect(bob.page.get_by_text("E" * 60, exact=True)).to_be_visible()
    bob.page.keyboard.press("Escape")
    alice.editor.click()
    expect(bob.page.locator(".cm-ySelectionInfo", has_text=name)).to_have_count(1)
    bob.type(" and there")
    wait_until(bob.page, lambda: room.texts()["notes.txt"] == "here and there")
    assert bob.page.evaluate("document.querySelector('[style*=fixed]')") is None
    eve.page.close()
    expect(bob.page.get_by_text("E" * 60)).to_have_count(0)
