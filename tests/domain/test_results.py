"""Files that a run made: which of them are kept, and as what they may leave here."""

from __future__ import annotations

import pytest

from ide.domain.assets import hash_of
from ide.domain.results import MOST_FILES, choose, served_as

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("path", "data", "kind", "served"),
    [
        ("plot.png", PNG, "image/png", ("image/png", True)),
        ("plot.txt", PNG, "image/png", ("image/png", True)),
        ("table.csv", b"a,b\n1,2\n", "text/plain", ("text/plain; charset=utf-8", True)),
        ("empty", b"", "text/plain", ("text/plain; charset=utf-8", True)),
        ("page.html", b"<script>alert(1)</script>", "text/plain", ("text/plain; charset=utf-8", True)),
        ("page.png", b"<script>alert(1)</script>", "text/plain", ("text/plain; charset=utf-8", True)),
        (
            "page.xhtml",
            b"<html xmlns='http://www.w3.org/1999/xhtml'/>",
            "text/plain",
            ("text/plain; charset=utf-8", True),
        ),
        ("drawing.svg", SVG, "image/svg+xml", ("image/svg+xml", False)),
        ("drawing.svg.txt", SVG, "text/plain", ("text/plain; charset=utf-8", True)),
        (
            "page.html",
            b"<script>alert(1)</script>\xff",
            "application/octet-stream",
            ("application/octet-stream", False),
        ),
        ("paper.pdf", b"%PDF-1.7\0", "application/pdf", ("application/octet-stream", False)),
        ("data.pickle", b"\x80\x04\0", "application/octet-stream", ("application/octet-stream", False)),
    ],
)
def test_what_a_file_is_and_how_it_leaves(path: str, data: bytes, kind: str, served: tuple[str, bool]) -> None:
    (file,) = choose({path: data}, 1_000).files
    assert file.type == kind
    assert served_as(file.type) == served


def test_files_are_kept_in_the_order_of_their_paths_as_far_as_they_fit() -> None:
    kept = choose({"c": b"c" * 6, "a": b"a" * 5, "b": b"b" * 6, "copy of a": b"a" * 5}, 11)
    assert [file.path for file in kept.files] == ["a", "b", "copy of a"]
    assert kept.left_out == 1
    assert kept.data == {hash_of(b"a" * 5): b"a" * 5, hash_of(b"b" * 6): b"b" * 6}


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../up", "a//b", "a\nb", "a\\b", "x" * 256, "\ud800"])
def test_a_name_that_no_document_can_have_is_left_out(path: str) -> None:
    kept = choose({path: b"x", "good": b"y"}, 100)
    assert ([file.path for file in kept.files], kept.left_out) == (["good"], 1)


def test_so_many_files_and_no_more() -> None:
    kept = choose({f"{number:04}": bytes([number % 256]) for number in range(MOST_FILES + 3)}, 10_000)
    assert (len(kept.files), kept.left_out) == (MOST_FILES, 3)
