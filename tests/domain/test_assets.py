"""What a binary file is served as: decided by its own bytes and its name, out of a closed list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ide.domain.assets import HEAD_BYTES, UNKNOWN, as_text, hash_of, is_hash, type_of

REST = bytes(40)


@pytest.mark.parametrize(
    ("path", "beginning", "kind"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("a.txt", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("a", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a", b"GIF89a", "image/gif"),
        ("a", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        ("a", b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        ("a", b"RIFF\0\0\0\0AVI ", UNKNOWN),
        ("a", b"\0\0\0\x20ftypavif", "image/avif"),
        ("a.M4A", b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        ("a", b"\0\0\0\x20ftypisom", "video/mp4"),
        ("a.ico", b"\0\0\1\0", "image/x-icon"),
        ("a.bin", b"\0\0\1\0", UNKNOWN),
        ("a", b"wOFF", "font/woff"),
        ("a", b"wOF2", "font/woff2"),
        ("a.ttf", b"\0\1\0\0", "font/ttf"),
        ("a", b"\0\1\0\0", UNKNOWN),
        ("a", b"OTTO", "font/otf"),
        ("a", b"ID3\4", "audio/mpeg"),
        ("a.mp3", b"\xff\xfb\x90", "audio/mpeg"),
        ("a", b"OggS", "audio/ogg"),
        ("a.ogv", b"OggS", "video/ogg"),
        ("a.webm", b"\x1aE\xdf\xa3", "video/webm"),
        ("a", b"\0asm", "application/wasm"),
        ("a", b"%PDF-1.7", "application/pdf"),
        ("a.svg", b"<svg>", "image/svg+xml"),
        (
            "a.svg",
            b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a - b -->\n<!DOCTYPE svg>\n<svg viewBox=''>",
            "image/svg+xml",
        ),
        ("a.txt", b"<svg>", UNKNOWN),
        ("a.svg", b"<html><svg>", UNKNOWN),
        ("a.html", b"<script>alert(1)</script>", UNKNOWN),
        ("a.js", b"alert(1)", UNKNOWN),
        ("a.png", b"", UNKNOWN),
    ],
)
def test_types(path: str, beginning: bytes, kind: str) -> None:
    data = beginning + REST if beginning else b""
    assert type_of(path, data) == kind
    assert type_of(path, data[:HEAD_BYTES]) == kind


@given(st.binary(max_size=60), st.sampled_from([".svg", ".html", ".js", ".mp3", ".ico", ""]))
def test_nothing_is_ever_served_as_a_page_or_a_script(data: bytes, suffix: str) -> None:
    assert type_of(f"a{suffix}", data).partition("/")[0] in ("image", "audio", "video", "font", "model", "application")
    assert type_of(f"a{suffix}", data) not in ("application/javascript", "application/xhtml+xml", "application/xml")


@pytest.mark.parametrize("head", [b"<?xml " + b"x" * 500, b"<!-- " + b"- " * 250, b" " * 512, b"<!DOCTYPE " * 50])
def test_a_drawing_that_never_begins_is_given_up_in_one_pass(head: bytes) -> None:
    assert type_of("a.svg", head) == UNKNOWN


def test_hashes() -> None:
    assert hash_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert is_hash(hash_of(b""))
    for text in ("", "0" * 63, "0" * 65, "G" + "0" * 63, "A" * 64, "0" * 64 + "\n"):
        assert not is_hash(text)


def test_text() -> None:
    assert as_text("a", "é".encode(), 2) == "é"
    assert as_text("a", "é".encode(), 1) is None
    assert as_text("a.svg", b"<svg/>", 10) == "<svg/>"
    for data in (b"a\0", b"\xff", b"%PDF-1"):
        assert as_text("a", data, 10) is None
