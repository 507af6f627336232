"""Archives: what goes in comes out, and what hostile ones do."""

from __future__ import annotations

import io
import stat
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ide.domain.archives import BadArchive, Unpacked, pack, unpack
from ide.wire.shapes import Limits

LIMITS = Limits(
    document_bytes=1_000,
    room_bytes=10_000,
    documents=50,
    members=1,
    prompt_bytes=1,
    message_bytes=1,
    asset_bytes=5_000,
    room_assets_bytes=20_000,
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def test_text_becomes_documents_and_the_rest_binary_files() -> None:
    long = b"x" * 1_001
    data = zipped(
        ("main.py", "x = 'é'\n".encode()),
        ("img/cat.png", PNG),
        ("img/drawing.svg", b"<svg xmlns='x'/>"),
        ("nul.txt", b"a\0b"),
        ("latin.txt", "é".encode("latin-1")),
        ("long.txt", long),
        ("report.pdf", b"%PDF-1.4 plain ASCII"),
        ("empty", b""),
    )
    assert unpack(data, LIMITS) == Unpacked(
        {"main.py": "x = 'é'\n", "img/drawing.svg": "<svg xmlns='x'/>", "empty": ""},
        {
            "img/cat.png": PNG,
            "nul.txt": b"a\0b",
            "latin.txt": b"\xe9",
            "long.txt": long,
            "report.pdf": b"%PDF-1.4 plain ASCII",
        },
    )


PATHS = st.lists(st.text("abcé蛇 .", min_size=1, max_size=8), max_size=8, unique_by=str.lower).map(
    lambda names: [f"f/{name}x" for name in names]
)


@given(PATHS, st.data())
def test_what_was_packed_is_unpacked(paths: list[str], data: st.DataObject) -> None:
    files = {path: data.draw(st.one_of(st.binary(max_size=50), st.text(max_size=50).map(str.encode))) for path in paths}
    unpacked = unpack(pack(files.items()), LIMITS)
    assert {path: text.encode() for path, text in unpacked.texts.items()} | unpacked.binary == files
    assert pack(files.items()) == pack(files.items())


def test_folders_and_litter_are_passed_over() -> None:
    data = zipped(("a/", b""), ("a/x", b"x"), ("__MACOSX/a/._x", b"y"), ("a/.DS_Store", b"z"), ("Thumbs.db", b"w"))
    assert unpack(data, LIMITS).texts == {"a/x": "x"}


def test_a_top_folder_is_passed_over_if_it_is_named_and_holds_everything() -> None:
    data = zipped(("snake/index.html", b"<p>"), ("snake/js/a.js", b"a"))
    assert set(unpack(data, LIMITS).texts) == {"snake/index.html", "snake/js/a.js"}
    assert set(unpack(data, LIMITS, "snake").texts) == {"index.html", "js/a.js"}
    assert set(unpack(data, LIMITS, "other").texts) == {"snake/index.html", "snake/js/a.js"}
    data = zipped(("snake/index.html", b"<p>"), ("readme", b"a"))
    assert set(unpack(data, LIMITS, "snake").texts) == {"snake/index.html", "readme"}


@pytest.mark.parametrize(
    "name",
    ["../x", "a/../../x", "/etc/passwd", "C:\\x", "a\\..\\b", "a//b", "./a", "a\nb", "x" * 300, "a\u0085"],
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(BadArchive, match="cannot be a file here"):
        unpack(zipped(("fine", b"x"), (name, b"x")), LIMITS)


def test_a_name_is_not_cut_at_a_nul() -> None:
    data = zipped(("aZ../../x", b"x")).replace(b"aZ../../x", b"a\0../../x")
    with pytest.raises(BadArchive, match="control characters"):
        unpack(data, LIMITS)


@pytest.mark.parametrize("pair", [("a", "A"), ("a", "a/b"), ("lib/B", "LIB/b/c"), ("a", "a")])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_stand_in_each_others_way_are_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(BadArchive, match="both"):
        unpack(zipped((pair[0], b"x"), (pair[1], b"y")), LIMITS)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_are_refused(kind: int) -> None:
    member = zipfile.ZipInfo("passwd")
    member.external_attr = (kind | 0o777) << 16
    with pytest.raises(BadArchive, match="link or a device"):
        unpack(zipped((member, b"/etc/passwd")), LIMITS)


def test_encrypted_ones_are_refused() -> None:
    data = bytearray(zipped(("a", b"x")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    with pytest.raises(BadArchive, match="encrypted"):
        unpack(bytes(data), LIMITS)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(method: int) -> None:
    with pytest.raises(BadArchive, match="not known here"):
        unpack(zipped(("a", b"x" * 100), method=method), LIMITS)


def test_a_bomb_is_refused_by_what_it_declares() -> None:
    with pytest.raises(BadArchive, match="too large"):
        unpack(zipped(("zeros", bytes(50_000_000))), LIMITS)
    with pytest.raises(BadArchive, match="more than a room"):
        unpack(zipped(*((f"zeros{number}", bytes(5_000)) for number in range(7))), LIMITS)
    with pytest.raises(BadArchive, match="51 files"):
        unpack(zipped(*((f"{number}", b"") for number in range(51))), LIMITS)


def test_a_bomb_that_lies_about_its_size_is_cut_off() -> None:
    data = bytearray(zipped(("zeros", bytes(50_000_000))))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", data, data.index(signature) + offset, 100)
    with pytest.raises(BadArchive, match="damaged"):
        unpack(bytes(data), LIMITS)


def test_members_that_share_their_bytes_are_refused() -> None:
    data = zipped(("a", b"x" * 500), ("b", b"x" * 500))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    overlapping = bytearray(data)
    struct.pack_into("<L", overlapping, second + 42, 0)
    with pytest.raises(BadArchive, match="damaged"):
        unpack(bytes(overlapping), LIMITS)


def test_a_long_list_of_members_is_refused_before_it_is_read() -> None:
    entry = b"PK\x01\x02" + bytes(42)
    directory = entry * 500_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 500, 500, len(directory), 0, 0)
    with pytest.raises(BadArchive, match="too many files"):
        unpack(directory + end, LIMITS)


def test_text_and_binary_files_have_limits_of_their_own() -> None:
    with pytest.raises(BadArchive, match="more text than a room"):
        unpack(zipped(*((f"{number}", b"x" * 1_000) for number in range(11))), LIMITS)
    with pytest.raises(BadArchive, match="binary files of a room"):
        unpack(zipped(*((f"{number}", PNG + bytes(4_900)) for number in range(5))), LIMITS)


@given(st.data())
def test_damage_is_never_more_than_a_bad_archive(data: st.DataObject) -> None:
    archive = bytearray(zipped(("main.py", b"print(1)\n" * 10), ("img/cat.png", PNG)))
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, len(archive) - 1), st.integers(0, 255)), max_size=5)):
        archive[at] = byte
    try:
        unpack(bytes(archive), LIMITS)
    except BadArchive as error:
        assert str(error)


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06", b"<html>", bytes(100)])
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    with pytest.raises(BadArchive, match="no zip archive"):
        unpack(data, LIMITS)


def test_an_empty_archive_is_one() -> None:
    assert unpack(zipped(), LIMITS) == Unpacked({}, {})


def test_names_in_utf8_that_do_not_say_so_are_read() -> None:
    data = bytearray(zipped(("ünïcode.txt", b"x")))
    for signature, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        data[data.index(signature) + offset] &= ~0x08
    assert unpack(bytes(data), LIMITS).texts == {"ünïcode.txt": "x"}
