"""What a program leaves in its working folder: plots and data come out, and nothing else whatever it does."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ide.domain.documents import check_path
from tests.workers.limits import LIMITS
from tests.workers.transcript import Transcript, order
from workers.sandboxes import made
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.made import Collector
from workers.sandboxes.sandbox import Cause, Ended


def ended(backend: Bubblewrap, program: str, files: Mapping[str, bytes] | None = None, **limits: float) -> Ended:
    transcript = Transcript()
    with backend.start(replace(order(program, files), limits=LIMITS.model_copy(update=limits))) as sandbox:
        ended = transcript.to_the_end(sandbox)
    assert ended.cause is not Cause.EXITED or ended.exit_code == 0, transcript.text
    return ended


def test_files_that_were_made_or_changed_come_out_and_others_do_not(backend: Bubblewrap) -> None:
    files = {
        "data/in.csv": b"1,2",
        "data/more.csv": b"1,2",
        "same.txt": b"x",
        "gone.txt": b"",
        "großes.bin": bytes(6 << 20),
    }
    program = """
import os
open("plot.png", "wb").write(b"\\x89PNG")
os.makedirs("out/deep")
open("out/deep/ü.txt", "w").write("é")
open("data/in.csv", "a").write(",3")
open("data/more.csv", "w").write("3,4")
open("same.txt", "w").write("x")
os.remove("gone.txt")
open("empty", "w")
open("/tmp/elsewhere", "w").write("x")"""
    result = ended(backend, program, files)
    assert result.made == {
        "plot.png": b"\x89PNG",
        "out/deep/ü.txt": "é".encode(),
        "data/in.csv": b"1,2,3",
        "data/more.csv": b"3,4",
        "empty": b"",
    }
    assert result.left_out == 0


def test_by_products_do_not(backend: Bubblewrap) -> None:
    program = """
import os
for folder in ("__pycache__", ".pytest_cache", "node_modules/x", "a/__pycache__"):
    os.makedirs(folder)
    open(f"{folder}/x", "w").write("x")
open(".hidden", "w").write("x")
open(".env", "w").write("changed")
open(".config/settings", "w").write("changed")"""
    result = ended(backend, program, {".env": b"", ".config/settings": b""})
    assert (result.made, result.left_out) == ({".env": b"changed", ".config/settings": b"changed"}, 0)


HOSTILE = """
import os, socket
os.symlink("/etc/passwd", "link")
os.symlink("/proc/self/environ", "link to proc")
os.symlink("/usr", "link to a folder")
os.symlink("..", "link up")
os.mkfifo("pipe")
socket.socket(socket.AF_UNIX).bind("socket")
open("back\\\\slash", "w").write("x")
open("new\\nline", "w").write("x")
open(b"bad \\xff name", "w").write("x")
os.mkdir(b"bad \\xfe folder"); open(b"bad \\xfe folder/x", "w").write("x")
open("hole", "w").truncate(60_000_000)
open("closed", "w").write("x"); os.chmod("closed", 0)
os.mkdir("closed folder"); open("closed folder/x", "w").write("x"); os.chmod("closed folder", 0)
open("good", "w").write("x")
os.link("good", "good again")
os.mkdir("deep"); os.chdir("deep")
for _ in range(300): os.mkdir("d"); os.chdir("d")
open("x", "w").write("x")
"""


def test_nothing_odd_does(backend: Bubblewrap) -> None:
    result = ended(backend, HOSTILE)
    closed = {"closed": b"x", "closed folder/x": b"x"} if os.geteuid() == 0 else {}
    assert result.made == {"good": b"x", "good again": b"x", **closed}
    assert result.left_out == 12 + 2 * (not closed)
    for path in result.made:
        assert check_path(path)


def test_the_machines_files_do_not_come_out_through_a_link(backend: Bubblewrap, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the host")
    program = f"""
import os
os.symlink({str(secret)!r}, "link")
os.symlink({str(tmp_path)!r}, "folder")
os.rename("given", "moved"); os.symlink({str(tmp_path)!r}, "given")"""
    result = ended(backend, program, {"given/secret": b""})
    assert (result.made, result.left_out) == ({"moved/secret": b""}, 3)


def test_their_number_and_size_are_bounded(backend: Bubblewrap) -> None:
    program = "for number in range(150): open(f'{number:03}', 'w').write('x')"
    result = ended(backend, program)
    assert list(result.made) == [f"{number:03}" for number in range(made.FILES)]
    assert result.left_out == 50
    program = f"""
open("a", "wb").truncate({made.FILE_BYTES + 1})
for name in "bcdef": open(name, "wb").truncate({made.FILE_BYTES})
open("g", "w").write("x")"""
    result = ended(backend, program)
    assert sum(map(len, result.made.values())) == made.ALL_BYTES
    assert (list(result.made), result.left_out) == (["b", "c", "d", "e"], 3)


@pytest.mark.parametrize(
    ("then", "cause"),
    [("while True: pass", Cause.LIMIT), ("print('x' * 10**8)", Cause.LIMIT), ("exit()", Cause.EXITED)],
)
def test_whatever_ended_the_program(backend: Bubblewrap, then: str, cause: Cause) -> None:
    result = ended(backend, f"open('plot', 'w').write('x')\n{then}", seconds=1, output_bytes=10_000)
    assert (result.cause, result.made) == (cause, {"plot": b"x"})


def test_a_process_that_outlives_the_program_changes_nothing_that_is_read(backend: Bubblewrap) -> None:
    program = """
import os
if os.fork() == 0:
    os.setsid()
    while True:
        for number in range(1000):
            with open("next", "w") as file: file.write(f"{number}" * 1000)
            os.replace("next", "file")
while not os.path.exists("file"): pass"""
    result = ended(backend, program)
    number = result.made["file"][: len(result.made["file"]) // 1000]
    assert result.made["file"] == number * 1000


def test_a_pipe_that_takes_a_files_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        assert Collector({"pipe": b""}).collect(folder).left_out == 1
    finally:
        os.close(folder)
