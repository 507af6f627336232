from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ide.domain.previews import (
    Found,
    as_served,
    content_security_policy,
    content_type,
    find,
    index_of,
    inject_runtime,
    name_errors,
)

RUNTIME = '<script src="/preview-runtime.js"></script>'
PAGES = json.loads((Path(__file__).parent / "preview_pages.json").read_text("utf-8"))


@pytest.mark.parametrize("case", PAGES, ids=[case["why"] for case in PAGES])
def test_the_page_of_a_room(case: dict[str, object]) -> None:
    paths = case["paths"]
    assert isinstance(paths, list)
    assert index_of(paths) == case["index"]
    assert index_of(reversed(paths)) == case["index"]


PATHS = {"index.html", "style.css", "docs/index.html", "docs/a.html", "src/app.js"}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", Found("index.html")),
        ("index.html", Found("index.html")),
        ("style.css", Found("style.css")),
        ("docs/", Found("docs/index.html")),
        ("docs", Found("docs/index.html", redirect=True)),
        ("docs//", Found("docs/index.html", redirect=True)),
        ("src/", None),
        ("src", None),
        ("missing.html", None),
        ("../index.html", None),
    ],
)
def test_what_a_path_means(path: str, found: Found | None) -> None:
    assert find(path, PATHS) == found


def test_a_page_in_a_folder_is_asked_for_at_its_own_address_so_that_its_links_resolve() -> None:
    assert find("", {"game/index.html"}) == Found("game/index.html", redirect=True)


@pytest.mark.parametrize(
    ("html", "served"),
    [
        ("", "@"),
        ("hello", "@hello"),
        ("<!doctype html><html><head><title>a", "<!doctype html><html><head>@<title>a"),
        ("<HTML Lang='e>n'>\n<HEAD data-a=\">\">\n<p>", "<HTML Lang='e>n'>\n<HEAD data-a=\">\">@\n<p>"),
        ("<!DOCTYPE html>\r\n<html>\r\n<head>", "<!DOCTYPE html>\r\n<html>\r\n<head>@"),
        ("\ufeff<html><body>", "\ufeff<html>@<body>"),
        ("<!-- <head> --><head>", "<!-- <head> --><head>@"),
        ("<!--> <head>", "<!--> <head>@"),
        ("<!-- a --!><html><!-- b --><head>", "<!-- a --!><html><!-- b --><head>@"),
        ("<!-- never closed <head>", "@<!-- never closed <head>"),
        ("<?xml version='1.0'?><html/><head >", "<?xml version='1.0'?><html/><head >@"),
        ("<header><head>", "@<header><head>"),
        ("<html lang=it's><head>", "@<html lang=it's><head>"),
        ("<!doctype html><body>", "<!doctype html>@<body>"),
        ("<html\nlang=en", "@<html\nlang=en"),
    ],
)
def test_the_runtime_is_first_in_the_head(html: str, served: str) -> None:
    assert inject_runtime(html) == served.replace("@", RUNTIME)


@pytest.mark.parametrize(
    ("html", "served"),
    [
        ('<script src="a.js"></script>', '<script crossorigin src="a.js"></script>'),
        ("<SCRIPT SRC=a.js></SCRIPT>", "<SCRIPT crossorigin SRC=a.js></SCRIPT>"),
        ("<script>x = '<script src=b.js>'</script>", "<script crossorigin>x = '<script src=b.js>'</script>"),
        ("<!-- <script src=a.js> -->", "<!-- <script src=a.js> -->"),
        ("<textarea><script src=a.js></textarea>", "<textarea><script src=a.js></textarea>"),
        ("<p title='<script src=a.js>'>", "<p title='<script src=a.js>'>"),
        ("<p title='<script src=a.js>", "<p title='<script src=a.js>"),
        ("<style></styles><script a></style ><script b>", "<style></styles><script a></style ><script crossorigin b>"),
        ("<scripts src=a.js>", "<scripts src=a.js>"),
        ("1 < 2 <3 <script defer src=a>", "1 < 2 <3 <script crossorigin defer src=a>"),
    ],
)
def test_external_scripts_may_say_where_they_failed(html: str, served: str) -> None:
    assert name_errors(html) == served


class Scripts(HTMLParser):
    """What a second parser sees: the first script, and the lines of every start tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.first: list[tuple[str, str | None]] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and self.first is None:
            self.first = attrs


TAGS = [
    "<!doctype html>",
    "<html>",
    "<head>",
    "<HEAD id='>'>",
    "<title>",
    "</title>",
    "<script>",
    "</script>",
    "<style>",
]
ODDITIES = [
    '<p a="<b>">',
    "<!-- ",
    " -->",
    "<script src='a.js'>",
    "</style>",
    "<?a>",
    "<",
    ">",
    "'",
    '"',
    "\n",
    "é🙂",
    "\ufeff",
]
PIECES = st.sampled_from(TAGS + ODDITIES)


@settings(max_examples=200)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_any_page_keeps_its_text_and_its_lines(html: str) -> None:
    served = as_served(html)
    assert served.count(RUNTIME) == 1
    assert served.replace(RUNTIME, "").replace(" crossorigin", "") == html
    before = re.sub(r"<!--.*?-->", "", served[: served.index(RUNTIME)], flags=re.DOTALL)
    assert not re.search(r"<(script|body|p|title)", before), "the runtime comes before anything of the page that runs"


def test_a_second_parser_finds_the_runtime_first() -> None:
    page = "<!-- x --><!doctype html><html><head><script src=a.js></script></head>"
    assert Scripts(as_served(page)).first == [("src", "/preview-runtime.js")]


@pytest.mark.parametrize("piece", ["<a '", '<p "', "<!--", "<script>", "<!", "<html ", "<", "<style", "<textarea>"])
def test_half_a_million_openings_cost_no_more_than_a_page_of_that_size(piece: str) -> None:
    html = piece * (500_000 // len(piece))
    assert as_served(html).replace(RUNTIME, "").replace(" crossorigin", "") == html


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("index.html", "text/html"),
        ("a/B.HTM", "text/html"),
        ("m.mjs", "text/javascript"),
        ("x.svg", "image/svg+xml"),
        ("data.json", "application/json"),
        ("main.py", "text/plain"),
        ("Makefile", "text/plain"),
        ("html", "text/plain"),
        (".html", "text/plain"),
        ("a.html/b", "text/plain"),
    ],
)
def test_types_go_by_the_extension_alone(path: str, expected: str) -> None:
    assert content_type(path) == f"{expected}; charset=utf-8"


def test_the_policy_opens_nothing_but_the_rooms_own_folder() -> None:
    own = "http://127.0.0.1:8000/preview/room-mac/"
    ide = ["http://localhost:8000", "http://a.test"]
    policy = content_security_policy("http://127.0.0.1:8000", "/preview/room-mac/", ide)
    directives = dict(directive.partition(" ")[::2] for directive in policy.split("; "))
    assert directives["sandbox"] == "allow-scripts allow-forms allow-pointer-lock"
    assert "allow-same-origin" not in policy
    assert directives["default-src"] == directives["form-action"] == directives["base-uri"] == "'none'"
    assert directives["frame-ancestors"] == "http://localhost:8000 http://a.test"
    assert directives["connect-src"] == own
    runtime = "http://127.0.0.1:8000/preview-runtime.js"
    assert directives["script-src"] == f"{own} {runtime} 'unsafe-inline' 'unsafe-eval' blob:"
    assert "*" not in policy
