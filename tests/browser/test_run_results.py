"""What a run made and how it went: seen by every member, kept by those who may write, executed by nobody."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.person import Person, Room, wait_until
from tests.stack import Stack

MakePerson = Callable[[], Person]

PLOT = """
import matplotlib.pyplot as plt
plt.figure(figsize=(4, 3))
plt.plot([1, 4, 9, 16])
plt.savefig("plot.png")
with open("table.csv", "w") as table:
    table.write('n,square\\n1,1\\n2,"4, or so"\\n')
print("drawn")
"""
# Each says so on the room's page, or in the server's room, if it is ever executed there.
ATTACK = "window.top.owned = window.opener ? (window.opener.owned = true) : true; fetch('/api/rooms', {method: 'POST'})"
HOSTILE = f"""
attack = {ATTACK!r}
svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" onload="' + attack + '"><script>' + attack
svg += '</script><rect width="40" height="40" fill="#c00"/></svg>'
page = '<!doctype html><title>mine</title><script>' + attack + '</script>'
open("drawing.svg", "w").write(svg)
open("page.html", "w").write(page)
open("page.png", "w").write(page)
open("<img src=x onerror=top.owned=1>.csv", "w").write('=1+1,"<script>top.owned=1</script>"\\n')
print("made")
"""


def run(person: Person, room: Room, program: str) -> Locator:
    """Run a program, and answer the strip of the files that it made."""
    room.write("main.py", program)
    person.open("main.py")
    count = len(room.get("/runs"))
    person.page.get_by_role("button", name="Run", exact=True).click()
    wait_until(person.page, lambda: len(room.get("/runs")) > count)
    wait_until(person.page, lambda: room.get("/runs")[-1]["state"] == "passed")
    return made(person)


def made(person: Person) -> Locator:
    return person.page.get_by_role("region", name="Files of this run")


def until_seen(person: Person, image: Locator) -> None:
    """Wait until a picture is there with all its pixels."""
    wait_until(person.page, lambda: bool(image.evaluate("image => image.complete && image.naturalWidth > 0")))


def test_a_plot_is_seen_by_another_member_and_kept_in_the_room(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, carol, room = person(), person(), person(), Room(sparkroom, "python")
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    carol.page.goto(room.links["view"])
    run(alice, room, PLOT)
    for one in (alice, bob, carol):
        until_seen(one, made(one).get_by_role("img", name="plot.png"))
    # Who may only look is offered nothing else.
    expect(made(carol).get_by_role("button", name="Keep")).to_have_count(0)
    made(carol).get_by_role("button", name="plot.png").click()
    large = carol.page.get_by_role("dialog", name="plot.png")
    until_seen(carol, large.get_by_role("img"))
    expect(large).to_contain_text("400 × 300 pixels")
    expect(large.get_by_role("button", name="Keep")).to_have_count(0)
    carol.page.keyboard.press("Escape")
    # A table is a table.
    made(bob).get_by_role("button", name="table.csv").first.click()
    table = bob.page.get_by_role("dialog", name="table.csv").get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["n", "square"])
    expect(table.get_by_role("cell")).to_have_text(["1", "1", "2", "4, or so"])
    bob.page.keyboard.press("Escape")
    made(bob).get_by_role("button", name="Keep all").click()
    for one in (alice, bob, carol):
        expect(one.file("plot.png")).to_be_visible()
        expect(one.file("table.csv")).to_be_visible()
    made(bob).get_by_role("button", name="Open plot.png").click()
    expect(bob.page.get_by_role("tab", name="plot.png")).to_have_attribute("aria-selected", "true")
    expect(made(alice).get_by_role("button", name="Open plot.png")).to_be_visible()
    assert room.get("/files/table.csv") == 'n,square\n1,1\n2,"4, or so"\n'


def test_what_is_in_the_room_already_is_replaced_by_name(person: MakePerson, sparkroom: Stack) -> None:
    alice, room = person(), Room(sparkroom, "python")
    alice.enter(room.links["owner"])
    room.write("notes.txt", "one\ntwo\n")
    strip = run(alice, room, "open('notes.txt', 'a').write('three\\n')")
    expect(strip.get_by_role("button", name="Keep in room: notes.txt")).to_have_count(0)
    strip.get_by_role("button", name="Replace in room: notes.txt").click()
    expect(strip.get_by_role("button", name="Open notes.txt")).to_be_visible()
    assert room.texts()["notes.txt"] == "one\ntwo\nthree\n"


def test_nothing_that_a_program_made_is_executed_on_our_origin(person: MakePerson, sparkroom: Stack) -> None:
    alice, room = person(), Room(sparkroom, "python")
    alice.enter(room.links["owner"])
    strip = run(alice, room, HOSTILE)
    expect(strip.get_by_role("button", name="Keep in room")).to_have_count(4)
    asked: list[str] = []
    alice.page.context.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    until_seen(alice, strip.get_by_role("img", name="drawing.svg"))
    for file in room.get("/runs")[-1]["made"]:
        strip.locator(f"button[title={_quoted(file['path'])}]").click()
        dialog = alice.page.get_by_role("dialog")
        expect(dialog.get_by_role("link", name="Download")).to_be_visible()
        address = dialog.get_by_role("link", name="Download").get_attribute("href")
        assert address is not None
        # As somebody would by the middle button of the mouse, or by copying the address.
        with alice.page.context.expect_page() as opened:
            alice.page.evaluate("address => void window.open(address)", address)
        tab = opened.value
        if file["type"] == "text/plain":
            tab.wait_for_load_state()
            assert tab.evaluate("window.origin") == "null"
            assert tab.evaluate("document.contentType") == "text/plain"
        tab.close()
        # Nor as a frame or a picture of the page.
        alice.page.evaluate(
            """async address => {
              for (const tag of ["iframe", "embed", "object", "img"]) {
                const element = document.createElement(tag);
                element[tag === "object" ? "data" : "src"] = address;
                const over = new Promise(done => { element.onload = element.onerror = done; setTimeout(done, 1000); });
                document.body.append(element);
                await over;
                element.remove();
              }
            }""",
            address,
        )
        alice.page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    assert alice.page.evaluate("window.owned") is None
    assert [one for one in asked if one.startswith("POST")] == []
    # It is an attack: at this origin, without what stops it, it does what it is written for.
    page = f"<!doctype html><script>{ATTACK}</script>"
    alice.page.context.route("**/proof", lambda route: route.fulfill(body=page, content_type="text/html"))
    alice.page.evaluate("() => void window.open('/proof')")
    wait_until(alice.page, lambda: f"POST {sparkroom.base_url}/api/rooms" in asked)


def test_a_run_says_of_which_text_it_is_and_shows_it(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(sparkroom, "python")
    alice.enter(room.links["owner"])
    run(alice, room, "print('first')\n")
    moment = alice.page.get_by_role("button", name="Text of ")
    expect(moment).to_be_visible()
    expect(moment).not_to_contain_text("changed since")
    bob.enter(room.links["edit"])
    theirs = bob.page.get_by_role("button", name="Text of ")
    expect(theirs).not_to_contain_text("changed since")
    expect(bob.page.locator(".run-facts")).to_contain_text("exit code 0")
    expect(bob.page.locator(".run-facts")).to_contain_text("MB memory")
    bob.open("main.py")
    bob.type("print('second')")
    for one in (moment, theirs):
        expect(one).to_contain_text("changed since")
    # Who comes later is told by the server.
    carol = person()
    carol.page.goto(room.links["view"])
    expect(carol.page.get_by_role("button", name="Text of ")).to_contain_text("changed since")
    carol.page.get_by_role("button", name="Text of ").click()
    dialog = carol.page.get_by_role("dialog", name="Timeline")
    expect(dialog.locator(".cm-content").last).to_contain_text("print('first')")
    expect(dialog).not_to_contain_text("print('second')")


def test_earlier_runs_are_fetched_when_somebody_asks(person: MakePerson, sparkroom: Stack) -> None:
    alice, room = person(), Room(sparkroom, "python")
    room.write("main.py", "print(1)")
    for _ in range(23):
        room.run(["python", "main.py"])
    alice.enter(room.links["owner"])
    rows = alice.page.get_by_role("navigation", name="Recent runs").get_by_role("listitem")
    expect(rows).to_have_count(20)
    alice.page.get_by_role("button", name="Earlier runs").click()
    expect(rows).to_have_count(23)
    expect(alice.page.get_by_role("button", name="Earlier runs")).to_have_count(0)
    rows.last.get_by_role("button").first.click()
    expect(alice.page.locator(".xterm-rows")).to_contain_text("1")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
