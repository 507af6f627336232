"""What a program leaves behind as its results: nothing of it may lead the worker anywhere, or keep it busy."""

from __future__ import annotations

import secrets
from pathlib import Path

from ide.domain.documents import is_path
from tests.workers.attacks.conftest import made, with_tools
from tests.workers.transcript import Transcript, order, processes_with
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.sandbox import Cause

MB = 1_000_000


def test_links_out_of_the_folder_are_no_results(backend: Bubblewrap, open_folder: Path) -> None:
    secret, mark = open_folder / "secret", secrets.token_hex()
    secret.write_text("of the host")
    program = f"""
mark = {mark!r}
for number, target in enumerate(({str(secret)!r}, "/etc/shadow", "../../etc/passwd", "/proc/self/environ", "/dev/zero",
        "/dev/stdin", "inside.py", "loop", "/tmp")):
    os.symlink(target, f"link-{{number}}")
os.symlink("loop", "loop")
os.mkdir("folder")
os.rename("folder", "other")
os.symlink("/usr", "folder")
open("result.txt", "w").write("kept")
print("made")
input()"""
    transcript = Transcript()
    with backend.start(order(*with_tools(program))) as sandbox:
        transcript.until(sandbox, "made")
        process = next(process for process in processes_with(mark) if is_inside(process))
        # Whoever reads the folder from outside by its path is led to the host's own file.
        assert Path(f"/proc/{process}/root/home/u/link-0").read_text() == "of the host"
        sandbox.write("\n")
        ended = transcript.to_the_end(sandbox)
    assert dict(ended.made) == {"result.txt": b"kept"}
    assert ended.left_out == 11


def is_inside(process: int) -> bool:
    """True for a process that sees the sandbox's folders as its own."""
    return not Path(f"/proc/{process}/root").samefile("/") and Path(f"/proc/{process}/root/home/u/link-0").is_symlink()


def test_what_is_no_file_is_no_result(backend: Bubblewrap) -> None:
    """Opening a FIFO waits for a writer who never comes; a socket and an endless file are no better."""
    program = """
import socket
os.mkfifo("pipe")
socket.socket(socket.AF_UNIX).bind("socket")
with open("sparse", "wb") as file: file.truncate(60_000_000)
with open("large", "wb") as file: file.write(bytes(30_000_000))
os.mkfifo("inside.py.new")
os.rename("inside.py.new", "inside.py")
open("closed", "w").write("mode 000")
os.chmod("closed", 0)
open("result.txt", "w").write("kept")"""
    ended = made(backend, program).ended
    assert ended.cause is Cause.EXITED
    # Root may read what its program has closed to everybody.
    assert ended.made.keys() - {"closed"} == {"result.txt"}
    assert ended.left_out == 5 + ("closed" not in ended.made)


def test_names_that_no_room_could_hold_are_no_results(backend: Bubblewrap) -> None:
    program = r"""
for name in (b"\xff\xfe", b"a\nb", b"a\rb", b"\x1b[2J", b"-rf", b" ", b"...", b"a\\b", b"n" * 255, b"\xe2\x80\xaetxt",
        b"a\x7f", b"%2e%2e%2fx", b"CON", b"\xed\xa0\x80", b"result.txt"):
    with open(name, "w") as file: file.write("x")"""
    ended = made(backend, program).ended
    assert "result.txt" in ended.made
    assert all(is_path(path) for path in ended.made)
    assert not [path for path in ended.made if path.startswith(("/", "..")) or any(sign < " " for sign in path)]
    # All but the hidden one, which is a by-product.
    assert len(ended.made) + ended.left_out == 14
    # A text of any database, in any encoding of the wire.
    "".join(ended.made).encode()


def test_folders_without_end_are_left_out(backend: Bubblewrap) -> None:
    program = """
os.mkdir("near")
open("near/result.txt", "w").write("kept")
for _ in range(3_000):
    os.mkdir("d")
    os.chdir("d")
open("far.txt", "w").write("lost")
os.chdir("/home/u")
os.mkdir("closed")
open("closed/x", "w").write("x")
os.chmod("closed", 0)"""
    ended = made(backend, program).ended
    assert ended.cause is Cause.EXITED
    assert ended.made.keys() - {"closed/x"} == {"near/result.txt"}
    assert ended.left_out >= 1


def test_more_than_a_room_takes_is_counted_and_left_out(backend: Bubblewrap) -> None:
    files = made(backend, "for number in range(2_000): open(f'{number}.txt', 'w').write('x')").ended
    assert len(files.made) == 100 and files.left_out == 1_900
    sizes = made(backend, "for number in range(12): open(f'{number}', 'wb').write(bytes(4_000_000))").ended
    assert sum(map(len, sizes.made.values())) <= 20 * MB
    assert len(sizes.made) + sizes.left_out == 12


def test_one_file_under_thousands_of_names_keeps_nobody_busy(backend: Bubblewrap) -> None:
    program = """
open("a", "wb").write(bytes(5_000_000))
for number in range(3_000): os.link("a", f"name-{number}")"""
    ended = made(backend, program).ended
    assert sum(map(len, ended.made.values())) <= 20 * MB
    assert len(ended.made) + ended.left_out == 3_001


def test_results_cannot_change_while_they_are_read(backend: Bubblewrap) -> None:
    """Nobody is left who could: daemons are gone before the first file is opened."""
    program = """
open("result.txt", "w").write("as it was")
if os.fork() == 0:
    os.setsid()
    for descriptor in (0, 1, 2): os.close(descriptor)
    while True:
        for way in (lambda: os.symlink("/etc/passwd", "new"), lambda: open("new", "w").write("changed")):
            attempt(way)
            attempt(os.rename, "new", "result.txt")
            attempt(os.rename, "result.txt", "new")"""
    ended = made(backend, program).ended
    content = dict(ended.made)
    assert set(content) <= {"result.txt", "new"}
    assert set(content.values()) <= {b"as it was", b"changed", b""}


def test_results_of_a_program_that_was_ended_are_still_safe(backend: Bubblewrap) -> None:
    program = "os.symlink('/etc/passwd', 'link'); open('result.txt', 'w').write('half'); bytearray(1)\nwhile True: pass"
    ended = made(backend, program, seconds=1).ended
    assert ended.cause is Cause.LIMIT and set(ended.made) <= {"result.txt"}
