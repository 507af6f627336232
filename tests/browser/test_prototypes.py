"""The rehearsal's prepared pages, each in a sandboxed page of its own, as the preview shows them."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from ide.engines.rehearsal.catalogue import PROTOTYPES, Prototype

ORIGIN = "http://prototypes.test/"
SANDBOX = "sandbox allow-scripts allow-forms allow-pointer-lock"
WEB = {prototype.name: prototype for prototype in PROTOTYPES if prototype.paths[0] == "index.html"}
# The hook as pages see it: what is to be saved, and what was.
HOOK = "window.sparkroom = {save: f => { window.kept = f }, restore: f => { if (STATE !== null) f(STATE) }}"

Open = Callable[..., Page]


@pytest.fixture
def show(browser: Browser) -> Iterator[Open]:
    """Opens an example. Nothing that it does may raise an error, say something in the console, or leave its folder."""
    pages: list[Page] = []
    complaints: list[str] = []

    def open_page(name: str, *, size: tuple[int, int] = (1000, 700), state: Any = None, hook: bool = True) -> Page:
        width, height = size
        page = browser.new_context(viewport={"width": width, "height": height}, has_touch=True).new_page()
        pages.append(page)
        page.on("pageerror", lambda error: complaints.append(f"{name}: {error}"))
        page.on("console", lambda message: complaints.append(f"{name}: {message.text}"))
        page.route("**/*", lambda route: _serve(route, WEB[name], complaints))
        if hook:
            page.add_init_script(HOOK.replace("STATE", json.dumps(state)))
        page.goto(f"{ORIGIN}index.html")
        return page

    yield open_page
    for page in pages:
        page.context.close()
    assert complaints == []


def _serve(route: Route, prototype: Prototype, complaints: list[str]) -> None:
    path = route.request.url.removeprefix(ORIGIN)
    text = dict(prototype.files()).get(path)
    if text is not None:
        kind = mimetypes.guess_type(path)[0] or "text/plain"
        route.fulfill(body=text, content_type=kind, headers={"content-security-policy": SANDBOX})
    else:
        if path != "favicon.ico":
            complaints.append(f"{prototype.name} asks for {path}")
        route.fulfill(status=204)


def attribute(of: Locator, name: str) -> str:
    value = of.get_attribute(name)
    assert value is not None
    return value


def saved(page: Page) -> Any:
    """What the page would have the preview keep, as it crosses a reload."""
    return json.loads(page.evaluate("JSON.stringify(window.kept())"))


@pytest.mark.parametrize("name", WEB)
@pytest.mark.parametrize("size", [(1000, 700), (320, 480)], ids=["wide", "narrow"])
def test_every_page_fits_its_pane(show: Open, name: str, size: tuple[int, int]) -> None:
    page = show(name, size=size)
    expect(page.locator("h1")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.set_viewport_size({"width": 480, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 480


@pytest.mark.parametrize("name", WEB)
def test_every_page_works_without_the_hook(show: Open, name: str) -> None:
    page = show(name, hook=False)
    expect(page.locator("canvas, svg, ul").first).to_be_visible()


@pytest.mark.parametrize("key", ["ArrowUp", "w", "W"])
def test_the_snake_turns(show: Open, key: str) -> None:
    page = show("snake")
    board = page.locator("#board")
    expect(board).to_have_attribute("data-direction", "right")
    page.keyboard.press(key)
    expect(board).to_have_attribute("data-direction", "up")
    column, row = attribute(board, "data-head").split(",")
    page.wait_for_function(
        "([column, row]) => { const [x, y] = document.querySelector('#board').dataset.head.split(',');"
        " return x === column && y !== row }",
        arg=[column, row],
    )


def test_the_snake_does_not_turn_back(show: Open) -> None:
    page = show("snake")
    head = page.locator("#board").get_attribute("data-head")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("head => document.querySelector('#board').dataset.head !== head", arg=head)
    expect(page.locator("#board")).to_have_attribute("data-direction", "right")
    expect(page.locator("#board")).to_have_attribute("data-state", "playing")


def test_the_snake_goes_on_where_it_was(show: Open) -> None:
    page = show("snake")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#board")).to_have_attribute("data-direction", "down")
    page.keyboard.press("Space")
    expect(page.locator("#board")).to_have_attribute("data-state", "paused")
    kept = saved(page)
    kept["score"] = 7
    again = show("snake", state=kept).locator("#board")
    for name, value in [
        ("direction", "down"),
        ("score", "7"),
        ("head", ",".join(map(str, kept["snake"][0]))),
        ("food", ",".join(map(str, kept["food"]))),
        ("length", "4"),
        ("state", "paused"),
    ]:
        expect(again).to_have_attribute(f"data-{name}", value)


def test_the_snake_eats_and_grows(show: Open) -> None:
    state = {"snake": [[5, 5], [4, 5], [3, 5]], "tail": [2, 5], "food": [6, 5], "direction": "right"}
    board = show("snake", state=state).locator("#board")
    expect(board).to_have_attribute("data-score", "1")
    expect(board).to_have_attribute("data-length", "4")


def test_the_snake_bites_itself_and_begins_again(show: Open) -> None:
    around = [[5, 5], [5, 6], [6, 6], [6, 5], [6, 4], [5, 4], [4, 4]]
    page = show("snake", state={"snake": around, "tail": [3, 4], "food": [0, 0], "direction": "right", "score": 3})
    expect(page.locator("#board")).to_have_attribute("data-state", "over")
    expect(page.locator("#message")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.locator("#board")).to_have_attribute("data-state", "playing")
    expect(page.locator("#board")).to_have_attribute("data-score", "0")


def test_the_snake_passes_through_the_edge(show: Open) -> None:
    board = show("snake", state={"snake": [[19, 3], [18, 3]], "tail": [17, 3], "food": [9, 9]}).locator("#board")
    expect(board).to_have_attribute("data-head", "0,3")


def test_breakout_serves_by_itself_and_breaks_bricks(show: Open) -> None:
    page = show("breakout")
    expect(page.locator("#board")).to_have_attribute("data-bricks", "60")
    expect(page.locator("#board")).not_to_have_attribute("data-bricks", "60", timeout=15_000)
    kept = saved(page)
    again = show("breakout", state={**kept, "state": "paused"}).locator("#board")
    expect(again).to_have_attribute("data-bricks", str(len(kept["bricks"])))


def test_pong_counts_points(show: Open) -> None:
    ball = {"x": 5, "y": 40, "dx": -1, "dy": 0, "faster": 1}
    page = show("pong", state={"ball": ball, "wait": 0, "you": 548, "points": [0, 6]})
    expect(page.locator("#board")).to_have_attribute("data-computer", "7")
    expect(page.locator("#message")).to_have_text("The computer wins. Space or tap to play again")


def test_todo_adds_ticks_filters_and_deletes(show: Open) -> None:
    page = show("todo")
    tasks = page.locator("#list li")
    expect(tasks).to_have_count(3)
    page.get_by_label("New task").fill("Water <b>plants</b>")
    page.keyboard.press("Enter")
    expect(tasks).to_have_count(4)
    expect(tasks.last).to_contain_text("Water <b>plants</b>")
    tasks.last.get_by_role("checkbox").check()
    page.get_by_role("button", name="Done", exact=True).click()
    expect(tasks).to_have_count(2)
    page.get_by_role("button", name="Delete Water").click()
    expect(tasks).to_have_count(1)
    expect(show("todo", state=saved(page)).locator("#list li")).to_have_count(1)


def test_the_clock_tells_the_time(show: Open) -> None:
    page = show("clock")
    moved = "before => document.querySelector('#second').getAttribute('transform') !== before"
    page.wait_for_function(moved, arg=page.locator("#second").get_attribute("transform"))
    hour = page.evaluate("(new Date().getHours() % 12) * 30")
    degrees = float(attribute(page.locator("#hour"), "transform").removeprefix("rotate(").rstrip(")"))
    assert (degrees - hour) % 360 <= 31


def test_the_drawing_board_draws_and_takes_back(show: Open) -> None:
    page = show("drawing")
    board = page.locator("#board")
    for left in (100, 300):
        page.mouse.move(left, 100)
        page.mouse.down()
        page.mouse.move(left + 80, 160, steps=4)
        page.mouse.up()
    expect(board).to_have_attribute("data-strokes", "2")
    ink = "() => document.querySelector('#board').getContext('2d').getImageData(100, 100, 90, 70).data.some(n => n)"
    assert page.evaluate(ink)
    page.keyboard.press("Control+z")
    expect(board).to_have_attribute("data-strokes", "1")
    page.get_by_role("button", name="Clear").click()
    expect(board).to_have_attribute("data-strokes", "0")
    page.get_by_role("button", name="Undo").click()
    expect(board).to_have_attribute("data-strokes", "1")
    expect(show("drawing", state=saved(page)).locator("#board")).to_have_attribute("data-strokes", "1")


def test_a_pen_changed_in_the_code_outlives_the_size_chosen_before(show: Open) -> None:
    page = show("drawing")
    page.get_by_label("Size").fill("20")
    kept = saved(page)
    expect(show("drawing", state=kept).get_by_label("Size")).to_have_value("20")
    expect(show("drawing", state={**kept, "pen": 9}).get_by_label("Size")).to_have_value("6")


def test_one_colour_says_that_of_all_bricks(show: Open) -> None:
    page = show("breakout")
    page.evaluate("document.documentElement.style.setProperty('--bricks', 'red')")
    # All pixels of the bricks' upper half are more red than anything else.
    page.wait_for_function(
        """() => {
          const board = document.querySelector('#board')
          const { data } = board.getContext('2d').getImageData(0, 0, board.width, board.height * 0.3)
          const found = []
          for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) found.push(data.slice(at, at + 3))
          return found.length > 1000 && found.every(([red, green, blue]) => red > 150 && red > green && red > blue)
        }"""
    )


def test_the_particles_move(show: Open) -> None:
    page = show("particles")
    before = saved(page)
    page.wait_for_function(
        "before => Math.abs(window.kept().particles[0].x - before) > 1", arg=before["particles"][0]["x"]
    )
    page.get_by_role("button", name="Flee").click()
    field = show("particles", state=saved(page)).locator("#field")
    expect(field).to_have_attribute("data-particles", str(len(before["particles"])))
    expect(field).to_have_attribute("data-mood", "flee")
    field.click()
    expect(field).to_have_attribute("data-bursts", "1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("colour", ["darkblue", "white", "black", "gold", "gray", "red", "orange", "teal"])
def test_any_background_leaves_the_text_readable(show: Open, colour: str, scheme: Any) -> None:
    page = show("snake")
    page.emulate_media(color_scheme=scheme)
    page.evaluate("colour => document.documentElement.style.setProperty('--background', colour)", colour)
    assert page.evaluate(CONTRAST) >= 4.5


CONTRAST = """() => {
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const light = colour => {
    pen.fillStyle = colour
    pen.fillRect(0, 0, 1, 1)
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3)
      .map(n => n / 255).map(n => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const { color, backgroundColor } = getComputedStyle(document.body)
  const [dark, bright] = [light(color), light(backgroundColor)].sort((a, b) => a - b)
  return (bright + 0.05) / (dark + 0.05)
}"""
