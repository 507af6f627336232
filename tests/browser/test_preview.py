"""The preview follows the documents, keeps what runs, and holds a page that misbehaves."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Frame, Locator, Page, expect

from tests.browser.person import Room, wait_until
from tests.stack import Stack

Words = dict[str, str]

COUNTER = """
let count = 0
sparkroom.save(() => ({ count }))
sparkroom.restore((state) => { count = state.count; document.body.dataset.restored = String(count) })
localStorage.visits = String(Number(localStorage.visits ?? 0) + 1)
document.body.dataset.visits = localStorage.visits
setInterval(() => { count += 1; document.body.dataset.count = String(count) }, 10)
"""
PAGE = """<!doctype html>
<html>
<head><link rel="stylesheet" href="style.css"></head>
<body><p id="word">one</p><a href="about.html">About</a><script src="counter.js"></script></body>
</html>
"""
WORDS = """() => document.body && {
  ...document.body.dataset,
  word: document.querySelector("#word")?.textContent ?? "",
  colour: getComputedStyle(document.body).backgroundColor,
}"""


class Workshop:
    """A room whose files a script writes, and one person who looks at its page."""

    def __init__(self, page: Page, stack: Stack) -> None:
        self.page = page
        self._room = Room(stack)
        self._files = f"{stack.base_url}/api/rooms/{self._room.id}/files/"

    def write(self, path: str, text: str) -> None:
        token = self._room.links["owner"].partition("#")[2]
        headers = {"Content-Type": "text/plain; charset=utf-8", "Authorization": f"Bearer {token}"}
        request = urllib.request.Request(self._files + path, text.encode(), headers, method="PUT")
        with urllib.request.urlopen(request, timeout=20) as answer:
            answer.read()

    def enter(self) -> None:
        self.page.goto(self._room.links["owner"])
        expect(self.preview).to_be_visible()

    @property
    def preview(self) -> Locator:
        return self.page.get_by_role("region", name="Preview", exact=True)

    def console(self) -> Locator:
        toggle = self.preview.get_by_role("button", name="Console").and_(self.page.locator("[aria-expanded]"))
        if toggle.get_attribute("aria-expanded") == "false":
            toggle.click()
        return self.preview.get_by_role("log")

    def until(self, condition: Callable[[Words], bool]) -> Words:
        """What the newest page says of itself, once that is as `condition` says."""
        found: list[Words] = []

        def look() -> bool:
            frames = [frame for frame in self.page.frames if "/preview/" in frame.url]
            words = _words(frames[-1]) if frames else None
            if words is not None and condition(words):
                found.append(words)
            return bool(found)

        wait_until(self.page, look)
        return found[0]


def _words(frame: Frame) -> Words | None:
    try:
        words: Words | None = frame.evaluate(WORDS)
    except Error:  # a frame that is being replaced
        return None
    return words


@pytest.fixture
def workshop(page: Page, sparkroom: Stack) -> Workshop:
    return Workshop(page, sparkroom)


def test_the_page_follows_the_documents_and_keeps_what_runs(workshop: Workshop) -> None:
    workshop.enter()
    expect(workshop.preview).to_contain_text("as soon as there is an index.html")
    workshop.write("style.css", "body { background: rgb(1, 2, 3) }")
    workshop.write("counter.js", COUNTER)
    workshop.write("about.html", "<!doctype html><body><p id=word>about</p>")
    workshop.write("index.html", PAGE)
    first = workshop.until(lambda words: int(words.get("count", "0")) > 20)
    assert (first["word"], first["colour"], first["visits"]) == ("one", "rgb(1, 2, 3)", "1")
    assert "restored" not in first

    workshop.write("style.css", "body { background: rgb(4, 5, 6) }")
    swapped = workshop.until(lambda words: words["colour"] == "rgb(4, 5, 6)")
    assert swapped["visits"] == "1", "styles are changed without loading the page again"
    assert int(swapped["count"]) > int(first["count"])

    workshop.write("index.html", PAGE.replace("one", "two"))
    again = workshop.until(lambda words: words["word"] == "two" and "restored" in words)
    assert int(again["restored"]) >= int(swapped["count"])
    assert again["visits"] == "2", "its storage is still there"

    workshop.preview.get_by_role("button", name="Start the page again").click()
    afresh = workshop.until(lambda words: words.get("visits") == "3")
    assert "restored" not in afresh
    workshop.preview.get_by_role("combobox", name="Page").select_option("about.html")
    workshop.until(lambda words: words["word"] == "about")


def test_an_error_in_the_page_leads_to_its_line(workshop: Workshop) -> None:
    workshop.write("index.html", '<!doctype html><script src="game.js"></script><img src="gone.png">')
    workshop.write("game.js", 'console.log("ready", { lives: 3 })\n\nfunction step() {\n  lost.head += 1\n}\nstep()\n')
    workshop.enter()
    console = workshop.console()
    expect(console).to_contain_text("ready {lives: 3}")
    expect(console).to_contain_text("ReferenceError: lost is not defined")
    expect(console).to_contain_text("<img> could not load gone.png")
    console.get_by_role("button", name="game.js:4").first.click()
    expect(workshop.page.get_by_role("tab", name="game.js")).to_have_attribute("aria-selected", "true")
    expect(workshop.page.locator(".cm-activeLine")).to_contain_text("lost.head += 1")
    workshop.write("game.js", 'console.warn("better")\n')
    expect(console).to_contain_text("better")
    expect(console).not_to_contain_text("lost is not defined")


def test_a_page_that_hangs_is_started_again_once_and_then_waits(workshop: Workshop) -> None:
    workshop.write("index.html", "<!doctype html><p id=word>loop</p><script>setTimeout(() => { for (;;); })</script>")
    workshop.enter()
    expect(workshop.preview).to_contain_text("The page stopped answering and was restarted")
    expect(workshop.preview).to_contain_text("stopped answering twice in a row")
    expect(workshop.preview.get_by_role("button", name="Start it again")).to_be_visible()
    # The IDE itself answered all the time, and a page that is mended comes up by itself.
    workshop.write("index.html", "<!doctype html><p id=word>mended</p>")
    workshop.until(lambda words: words["word"] == "mended")


def test_a_page_reaches_nothing_but_itself(workshop: Workshop, sparkroom: Stack) -> None:
    attempts = {
        "parent": "parent.document.title",
        "top": "top.location.href = 'about:blank'",
        "cookie": "document.cookie = 'a=1'; if (document.cookie !== 'a=1') throw 0; throw new Error('only its own')",
        "window": "if (open('about:blank') === null) throw new Error('no window')",
        "api": f"await fetch('{sparkroom.base_url}/api/models')",
        "elsewhere": f"await fetch('{sparkroom.preview_url}/api/models')",
        "frame": "const f = document.createElement('iframe'); f.srcdoc = 'x'; document.body.append(f);"
        " f.contentWindow.document.title",
    }
    script = "".join(
        f"try {{ {code}; document.body.dataset.{name} = 'open' }} catch {{ document.body.dataset.{name} = 'shut' }}\n"
        for name, code in attempts.items()
    )
    forged = 'parent.postMessage(\'sparkroom:guess:{"type":"key","key":"Escape"}\', \'*\')'
    workshop.write("index.html", f"<!doctype html><body><script type=module>{script}{forged}</script>")
    workshop.enter()
    words = workshop.until(lambda words: "frame" in words)
    assert {name: words[name] for name in attempts} == dict.fromkeys(attempts, "shut")
    assert workshop.page.url.startswith(sparkroom.base_url)


def test_a_page_that_floods_the_ide_is_stopped(workshop: Workshop) -> None:
    workshop.write(
        "index.html",
        "<!doctype html><script>setInterval(() => {"
        " for (let i = 0; i < 3000; i += 1) parent.postMessage('x', '*') }, 100)</script>",
    )
    workshop.enter()
    expect(workshop.preview).to_contain_text("thousands of messages a second")
    expect(workshop.page.locator("iframe")).to_have_count(0)
