"""A person at a browser: what they do, and what they wait to see."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from playwright.sync_api import Frame, Locator, Page, expect

from tests.stack import Stack

T = TypeVar("T")
PATIENCE_MS = 20_000
GAME = """() => {
  const canvas = document.querySelector("canvas")
  return canvas && canvas.dataset.head ? { ...canvas.dataset } : null
}"""
expect.set_options(timeout=PATIENCE_MS)


class Person:
    """Somebody at one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    # --- doing ---

    def enter(self, link: str) -> None:
        """Open a room by its link."""
        self.page.goto(link)
        expect(self.prompt).to_be_visible()
        expect(self.page.get_by_text("Saved", exact=True)).to_be_visible()

    def ask(self, prompt: str) -> Locator:
        """Type a prompt and press Enter. Answers the turn's card."""
        cards = self.turns.count()
        self.prompt.fill(prompt)
        self.prompt.press("Enter")
        expect(self.turns).to_have_count(cards + 1)
        return self.turns.last

    def redirect(self, prompt: str) -> None:
        """Type another prompt while one's own turn streams."""
        self.prompt.fill(prompt)
        self.prompt.press("Enter")

    def open(self, path: str) -> None:
        """Open a file from the tree."""
        self.file(path).click()
        expect(self.page.get_by_role("tab", name=path)).to_have_attribute("aria-selected", "true")

    def type(self, text: str) -> None:
        """Type at the end of the open file."""
        self.editor.click()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(text)

    # --- seeing ---

    @property
    def prompt(self) -> Locator:
        return self.page.get_by_role("textbox", name="Prompt")

    @property
    def editor(self) -> Locator:
        return self.page.locator(".cm-content")

    @property
    def turns(self) -> Locator:
        return self.page.get_by_role("article")

    def file(self, path: str) -> Locator:
        return self.page.get_by_role("treeitem", name=path)

    def text(self, path: str) -> str:
        """A file's whole text, as one would copy it out of the editor."""
        self.open(path)
        self.editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Control+c")
        copied: str = self.page.evaluate("navigator.clipboard.readText()")
        self.page.keyboard.press("Control+Home")
        return copied

    def preview(self, condition: Callable[[Frame], T | None]) -> T:
        """What `condition` finds in the preview, as soon as it finds something."""
        found: list[T] = []

        def look() -> bool:
            for frame in self.page.frames:
                if frame is self.page.main_frame or "/preview/" not in frame.url:
                    continue
                try:
                    value = condition(frame)
                except Exception as error:  # a frame that is being replaced
                    if "detached" in str(error) or "destroyed" in str(error) or "closed" in str(error):
                        continue
                    raise
                if value is not None:
                    found.append(value)
                    return True
            return False

        wait_until(self.page, look)
        return found[0]

    def game(self) -> dict[str, str]:
        """What the running Snake says of itself."""
        return self.preview(_game)

    def until_game(self, condition: Callable[[dict[str, str]], bool]) -> dict[str, str]:
        """Wait until the running Snake is as `condition` says."""

        def look(frame: Frame) -> dict[str, str] | None:
            game = _game(frame)
            return game if game is not None and condition(game) else None

        return self.preview(look)


def wait_until(page: Page, look: Callable[[], bool]) -> None:
    """Look again with every frame that the browser paints, until it is so. Raises AssertionError."""
    patience = PATIENCE_MS // 50
    while not look():
        patience -= 1
        assert patience, "it did not come to that"
        page.evaluate("new Promise(done => setTimeout(done, 50))")


def _game(frame: Frame) -> dict[str, str] | None:
    game: dict[str, str] | None = frame.evaluate(GAME)
    return game


def call(stack: Stack, method: str, path: str, body: object = None, token: str | None = None) -> Any:
    """Call the HTTP API from beside the browser: JSON in and out, or text where the answer is text."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(stack.base_url + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        text = answer.read().decode()
        return json.loads(text) if answer.headers["Content-Type"].startswith("application/json") else text


class Room:
    """A room, as a script sees it."""

    def __init__(self, stack: Stack, template: str = "blank") -> None:
        self._stack = stack
        made = call(stack, "POST", "/api/rooms", {"template": template})
        self.id: str = made["id"]
        self.links: dict[str, str] = made["links"]
        self._token: str = made["tokens"]["owner"]

    def texts(self) -> dict[str, str]:
        """Every file's text on the server."""
        paths = [file["path"] for file in self.get("")["files"]]
        return {
            path: call(self._stack, "GET", f"/api/rooms/{self.id}/files/{quote(path)}", token=self._token)
            for path in paths
        }

    def write(self, path: str, text: str) -> None:
        """Make a file's text be this."""
        request = urllib.request.Request(
            f"{self._stack.base_url}/api/rooms/{self.id}/files/{quote(path)}",
            text.encode(),
            {"Content-Type": "text/plain", "Authorization": f"Bearer {self._token}"},
            method="PUT",
        )
        with urllib.request.urlopen(request, timeout=20):
            pass

    def run(self, command: list[str]) -> Any:
        """Run something, and answer how that ended."""
        path = f"/api/rooms/{self.id}/runs"
        run = call(self._stack, "POST", path, {"command": command}, self._token)
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while (state := self.get(f"/runs/{run['id']}"))["state"] in ("queued", "running"):
            assert time.monotonic() < deadline, state
            time.sleep(0.02)
        return state

    def get(self, path: str) -> Any:
        """What the API says below this room."""
        return call(self._stack, "GET", f"/api/rooms/{self.id}{path}", token=self._token)
