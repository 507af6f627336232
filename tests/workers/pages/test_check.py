"""What a look at a page tells of it."""

from __future__ import annotations

import struct
import zlib

from ide.domain.pages import PICTURE, trouble
from ide.wire.codes import PageLevel
from ide.wire.run_shapes import PagePlace
from tests.workers.pages.conftest import PAGE_LIMITS, Look
from workers.pages.check import TOO_MUCH
from workers.pages.findings import MESSAGES, TEXT_LENGTH
from workers.pages.visit import HEIGHT, NO_FILE, NO_NETWORK, STUCK, WIDTH
from workers.sandboxes.sandbox import Cause

LOOP = "function busy() {\n  let turns = 0\n  while (true) {\n    turns++\n  }\n}\nbusy()\n"


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height, as a PNG says them."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def png() -> bytes:
    """One red pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
        + chunk(b"IEND", b"")
    )


def test_a_page_without_errors_passes_and_its_picture_is_kept(look: Look) -> None:
    looked = look("<p>fine</p>")
    assert looked.ended.cause is Cause.EXITED and looked.ended.reason is None
    assert looked.page.title == "Page"
    assert looked.page.load_ms is not None and looked.page.load_ms > 0
    assert trouble(looked.page) is None
    assert looked.page.picture == PICTURE
    assert size_of(looked.ended.made[PICTURE]) == (WIDTH, HEIGHT)
    assert looked.ended.memory_bytes > 0


def test_each_line_of_the_console_has_its_level_and_its_place(look: Look) -> None:
    script = (
        "console.log('seven is', 7, [1, 2], {a: 'b'}, null)\nconsole.info('%s of %d', 'one', 2)\n"
        "console.warn('careful')\nconsole.error('wrong')\nconsole.debug('deep')\nconsole.assert(1 > 2, 'less')\n"
    )
    page = look("<script src=app.js></script>", {"app.js": script}).page
    said = [(message.level, message.text, message.place) for message in page.messages]
    assert said == [
        (PageLevel.LOG, "seven is 7 [1, 2] {a: 'b'} null", PagePlace(path="app.js", line=1, column=9)),
        (PageLevel.INFO, "one of 2", PagePlace(path="app.js", line=2, column=9)),
        (PageLevel.WARNING, "careful", PagePlace(path="app.js", line=3, column=9)),
        (PageLevel.ERROR, "wrong", PagePlace(path="app.js", line=4, column=9)),
        (PageLevel.DEBUG, "deep", PagePlace(path="app.js", line=5, column=9)),
        (PageLevel.ERROR, "Assertion failed: less", PagePlace(path="app.js", line=6, column=9)),
    ]


def test_errors_that_nothing_caught_are_told_with_their_lines(look: Look) -> None:
    looked = look(
        "<script src=app.js></script>",
        {"app.js": "Promise.reject(new Error('later'))\n\nmissing()\n"},
    )
    errors = {message.text.splitlines()[0]: message.place for message in looked.errors if message.uncaught}
    assert errors["Uncaught ReferenceError: missing is not defined"] == PagePlace(path="app.js", line=3, column=1)
    assert errors["Uncaught (in promise) Error: later"] == PagePlace(path="app.js", line=1, column=16)
    assert trouble(looked.page) == "2 errors"


def test_what_the_page_asks_for_and_does_not_get_is_named_with_the_line_that_asks(look: Look) -> None:
    looked = look(
        '<script src="gone.js"></script>\n<img src="pictures/no.png">\n'
        '<script src="https://cdn.example.org/lib.js"></script>\n'
    )
    found = {
        failure.address: (failure.reason, failure.place and failure.place.line) for failure in looked.page.failures
    }
    assert found == {
        "gone.js": (NO_FILE, 2),
        "pictures/no.png": (NO_FILE, 3),
        "https://cdn.example.org/lib.js": (NO_NETWORK, 4),
    }
    assert trouble(looked.page) == "3 failed loads"


def test_relative_links_modules_data_and_binary_files_are_the_rooms(look: Look) -> None:
    looked = look(
        '<link rel="stylesheet" href="look/style.css"><img id="red" src="a%20b.png">\n'
        '<script type="module" src="src/main.mjs"></script>',
        {
            "look/style.css": "h1 { color: rgb(1, 2, 3) }",
            "a b.png": png(),
            "src/main.mjs": (
                "import { six } from './numbers.mjs'\nconst data = await (await fetch('data.json')).json()\n"
                "console.log(six + data.one, getComputedStyle(document.querySelector('h1')).color, red.naturalWidth)\n"
            ),
            "src/numbers.mjs": "export const six = 6",
            "data.json": '{"one": 1}',
        },
    )
    assert looked.said(PageLevel.LOG) == ["7 rgb(1, 2, 3) 1"]
    assert looked.page.failures == []


def test_the_page_has_what_the_preview_gives_it(look: Look) -> None:
    looked = look("<script>localStorage.x = 1; alert('hello'); console.log(localStorage.x, confirm('sure?'))</script>")
    assert looked.said(PageLevel.LOG) == ["1 true"]
    assert looked.errors == []


def test_a_stuck_page_is_named_with_the_line_that_it_is_stuck_at(look: Look) -> None:
    looked = look("<script src=loop.js></script>", {"loop.js": LOOP})
    assert looked.ended.reason == f"{STUCK}: it is busy at loop.js:3" or looked.ended.reason == (
        f"{STUCK}: it is busy at loop.js:4"
    )
    assert looked.page.load_ms is None
    assert [error.place and error.place.path for error in looked.errors] == ["loop.js"]


def test_a_page_that_gets_stuck_after_it_has_loaded_is_too(look: Look) -> None:
    looked = look("<script>addEventListener('load', () => setTimeout(() => { for (;;); }, 20))</script>")
    assert looked.ended.reason and looked.ended.reason.startswith(STUCK)
    assert looked.page.load_ms is not None


def test_a_debugger_statement_does_not_stop_the_page(look: Look) -> None:
    assert look("<script>debugger; console.log('went on')</script>").said(PageLevel.LOG) == ["went on"]


def test_a_picture_is_taken_of_a_page_that_never_stops_drawing(look: Look) -> None:
    looked = look(
        "<canvas></canvas><script>const pen = document.querySelector('canvas').getContext('2d')\n"
        "const draw = () => { pen.fillRect(Math.random() * 99, 0, 9, 9); requestAnimationFrame(draw) }; draw()</script>"
    )
    assert looked.ended.reason is None and PICTURE in looked.ended.made


def test_a_thousand_lines_are_forty_and_errors_among_them_are_not_lost(look: Look) -> None:
    looked = look(
        "<script>for (let i = 0; i < 1000; i++) console.log('line', i)\nconsole.error('wrong')\n"
        f"console.log('x'.repeat({50 * TEXT_LENGTH}))</script>"
    )
    assert len(looked.said(PageLevel.LOG)) == MESSAGES
    assert looked.said(PageLevel.ERROR) == ["wrong"]
    assert looked.page.left_out == 1000 - MESSAGES + 1


def test_a_script_that_calls_itself_what_no_document_is_called_has_no_place(look: Look) -> None:
    for name in ("%00" + "a" * 200_000, "b%0Ac"):
        page = look(f"<script>eval('console.log(7)//# sourceURL=http://page.localhost/room/{name}')</script>").page
        assert len(page.model_dump_json()) < 10_000 and "\\u0000" not in page.model_dump_json(), name
        assert [(message.text, message.place and message.place.path) for message in page.messages] == [
            ("7", "index.html")
        ]


def test_what_is_said_again_and_again_is_counted(look: Look) -> None:
    page = look("<script>for (let i = 0; i < 30; i++) console.log('tick')</script>").page
    assert [(message.text, message.count) for message in page.messages] == [("tick", 30)]


def test_a_flood_ends_the_check_and_what_was_heard_is_kept(look: Look) -> None:
    looked = look("<script>for (let i = 0; ; i++) console.log(i)</script>")
    assert looked.ended.cause is Cause.LIMIT and looked.ended.reason == TOO_MUCH
    assert len(looked.said(PageLevel.LOG)) == MESSAGES


def test_a_page_that_leaves_is_kept_where_it_is(look: Look) -> None:
    looked = look("<script>location = 'https://elsewhere.example/?' + document.title</script>")
    assert [(failure.address, failure.reason) for failure in looked.page.failures] == [
        ("https://elsewhere.example/?Page", NO_NETWORK)
    ]
    assert looked.page.title == "Page" and looked.ended.reason is None


def test_a_page_that_takes_all_memory_is_ended(look: Look) -> None:
    body = (
        "<script>const held = []; const more = () => { for (let i = 0; i < 20; i++)"
        " held.push(new Uint8Array(1e7).fill(1)); setTimeout(more) }; more()</script>"
    )
    looked = look(body, limits=PAGE_LIMITS.model_copy(update={"memory_bytes": 600_000_000}))
    assert looked.ended.cause is Cause.LIMIT
    assert looked.ended.reason == "memory limit of 600 MB"
