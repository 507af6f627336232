"""Another device, which knows this machine by its address in the network alone: plain http, no secure context."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable

from playwright.sync_api import Frame, Page, expect

from tests.browser.person import Person, Room
from tests.stack import Stack

MakePerson = Callable[[], Person]
HOSTILE = """<!doctype html><body><script>
const ide = `http://${location.hostname}:IDE_PORT`
addEventListener("securitypolicyviolation", (event) => {
  document.body.setAttribute(`data-${event.effectiveDirective}`, "blocked")
})
for (const [name, read] of [["cookie", () => document.cookie], ["parent", () => parent.document.title]]) {
  try { document.body.dataset[name] = read() } catch (error) { document.body.dataset[name] = error.name }
}
document.body.dataset.origin = origin
fetch(`${ide}/api/rooms/ROOM/links`, { credentials: "include" }).catch(() => {})
new Image().src = `${ide}/api/rooms/ROOM/links`
function submit() {
  const form = document.createElement("form")
  form.method = "post"
  form.action = `${ide}/api/rooms/ROOM/tokens/revoke`
  document.body.append(form)
  form.submit()
}
</script>"""


def copy_link(page: Page, name: str) -> str:
    """Copy a link of the Share panel. Answers what lands where it is pasted."""
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name=f"Copy the link: {name}").click()
    expect(page.get_by_role("button", name=f"Copy the link: {name}")).to_have_text("Copied")
    page.keyboard.press("Escape")
    return paste(page)


def paste(page: Page) -> str:
    """What the clipboard holds, as people find out: by pasting it."""
    prompt = page.get_by_role("textbox", name="Prompt")
    prompt.fill("")
    prompt.press("Control+v")
    pasted = prompt.input_value()
    prompt.fill("")
    return pasted


def put(stack: Stack, room: Room, path: str, text: str) -> None:
    """Write a file of the room from beside the browser."""
    token = room.links["owner"].partition("#")[2]
    headers = {"Content-Type": "text/plain; charset=utf-8", "Authorization": f"Bearer {token}"}
    url = f"{stack.base_url}/api/rooms/{room.id}/files/{path}"
    with urllib.request.urlopen(urllib.request.Request(url, text.encode(), headers, method="PUT"), timeout=20):
        pass


def test_a_second_device_joins_edits_and_plays_by_the_machines_address(
    person: MakePerson, lan_sparkroom: Stack, lan: str
) -> None:
    alice, bob = person(), person()
    alice.page.goto(lan_sparkroom.base_url)
    alice.prompt.fill("Make a snake game")
    alice.page.keyboard.press("Enter")
    alice.page.wait_for_url("**/r/*")
    expect(alice.turns.last).to_have_attribute("data-state", "settled")
    link = copy_link(alice.page, "Can edit")
    assert link.startswith(f"{lan}/r/")

    bob.enter(link)
    assert not bob.page.evaluate("isSecureContext")
    assert bob.game()["direction"] == "right"
    bob.page.locator("iframe.preview-frame").last.click()
    bob.page.keyboard.press("ArrowUp")
    turned = bob.until_game(lambda game: game["direction"] == "up")
    bob.until_game(lambda game: game["head"].split(",")[1] != turned["head"].split(",")[1])
    preview = next(frame for frame in bob.page.frames if "/preview/" in frame.url)
    assert preview.url.startswith(lan.replace(f":{lan_sparkroom.port}", ":")), "the same name"
    assert not preview.url.startswith(lan), "another port"

    bob.page.get_by_role("button", name="New file").click()
    bob.page.keyboard.type("notes.txt")
    bob.page.keyboard.press("Enter")
    bob.open("notes.txt")
    bob.type("from the other device")
    expect(bob.page.get_by_text("Saved", exact=True)).to_be_visible()
    alice.open("notes.txt")
    expect(alice.editor).to_contain_text("from the other device")


def test_links_are_copied_without_a_secure_context(person: MakePerson, lan_sparkroom: Stack, lan: str) -> None:
    bob, room = person(), Room(lan_sparkroom)
    bob.enter(f"{lan}/r/{room.id}#{room.links['owner'].partition('#')[2]}")
    assert bob.page.evaluate("navigator.clipboard === undefined")
    assert copy_link(bob.page, "Can view") == f"{lan}/r/{room.id}#{room.links['view'].partition('#')[2]}"


def test_a_link_is_shown_as_a_code_for_cameras(person: MakePerson, lan_sparkroom: Stack, lan: str) -> None:
    alice, room = person(), Room(lan_sparkroom)
    alice.enter(room.links["owner"])
    alice.page.get_by_role("button", name="Share").click()
    expect(alice.page.get_by_role("textbox", name="The link: Can view")).to_have_value(
        f"{lan}/r/{room.id}#{room.links['view'].partition('#')[2]}"
    )
    for name in ("Can edit", "Can view"):
        alice.page.get_by_role("button", name=f"QR code: {name}").click()
        expect(alice.page.get_by_role("img", name=f"The link as a QR code: {name}")).to_be_visible()
    expect(alice.page.get_by_role("img", name="The link as a QR code")).to_have_count(1)


def test_a_server_on_this_computer_alone_says_so_and_how_to_change_it(person: MakePerson, sparkroom: Stack) -> None:
    alice, room = person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    alice.page.get_by_role("button", name="Share").click()
    note = alice.page.get_by_text("Works on this computer only.").locator("..")
    expect(note).to_contain_text("HOST=0.0.0.0 make run")
    expect(alice.page.get_by_role("button", name="QR code: Can edit")).to_have_count(0)


def test_a_hostile_page_on_the_other_port_gets_nothing_of_the_ide(
    person: MakePerson, lan_sparkroom: Stack, lan: str
) -> None:
    bob, room = person(), Room(lan_sparkroom)
    put(
        lan_sparkroom, room, "index.html", HOSTILE.replace("IDE_PORT", str(lan_sparkroom.port)).replace("ROOM", room.id)
    )
    reached: list[str] = []
    bob.page.on("response", lambda response: reached.append(response.url))
    bob.enter(f"{lan}/r/{room.id}#{room.links['owner'].partition('#')[2]}")

    def seen(frame: Frame) -> dict[str, str] | None:
        words: dict[str, str] = frame.evaluate("({ ...document.body?.dataset })")
        return words if words.keys() >= {"connectSrc", "imgSrc"} else None

    words = bob.preview(seen)
    assert (words["origin"], words["cookie"], words["parent"]) == ("null", "", "SecurityError")
    with bob.page.expect_event("framenavigated", lambda frame: frame != bob.page.main_frame):
        next(frame for frame in bob.page.frames if "/preview/" in frame.url).evaluate("submit()")
    assert [url for url in reached if url.endswith(("/links", "/revoke"))] == []
