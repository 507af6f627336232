"""Files in, output out, input in: what a program and the people watching it say to each other."""

from __future__ import annotations

import hashlib

import pytest

from ide.wire.run_shapes import Terminal
from tests.workers.transcript import Transcript, order
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.channels import MOST_REPORTS, MOST_TALK
from workers.sandboxes.sandbox import Cause, Refused

SCREEN = Terminal(columns=80, rows=24)


def test_output_arrives_while_the_program_runs(backend: Bubblewrap) -> None:
    transcript = Transcript()
    with backend.start(order("print('first')\nprint('then', input())")) as sandbox:
        # It cannot end before it has been answered.
        transcript.until(sandbox, "first\n")
        assert sandbox.write("second\n")
        assert transcript.to_the_end(sandbox).exit_code == 0
    assert transcript.text == "first\nthen second\n"


def test_output_and_errors_keep_their_order(backend: Bubblewrap) -> None:
    program = "import sys\nfor n in range(50): print('out', n); print('err', n, file=sys.stderr, flush=True)"
    transcript = Transcript()
    with backend.start(order(program)) as sandbox:
        transcript.to_the_end(sandbox)
    assert transcript.text == "".join(f"out {n}\nerr {n}\n" for n in range(50))


def test_characters_cut_in_two_and_bytes_that_are_none(backend: Bubblewrap) -> None:
    program = """
import os
os.write(1, "é🎲".encode()[:4]); input(); os.write(1, "é🎲".encode()[4:] + b"\\xff\\0|\\n")"""
    transcript = Transcript()
    with backend.start(order(program)) as sandbox:
        transcript.until(sandbox, "é")
        sandbox.write("\n")
        transcript.to_the_end(sandbox)
    assert transcript.text == "é🎲\ufffd\ufffd|\n"


def test_the_exit_code_and_a_signal(backend: Bubblewrap) -> None:
    for program, code in (("import sys; sys.exit(7)", 7), ("import os; os.kill(os.getpid(), 15)", 143)):
        with backend.start(order(program)) as sandbox:
            ended = Transcript().to_the_end(sandbox)
        assert (ended.cause, ended.exit_code) == (Cause.EXITED, code)


def test_an_unknown_command_says_so(backend: Bubblewrap) -> None:
    transcript = Transcript()
    with backend.start(order(["no-such-program"])) as sandbox:
        assert transcript.to_the_end(sandbox).exit_code == 127
    assert "no-such-program: not found" in transcript.text


def test_node_is_there(backend: Bubblewrap) -> None:
    transcript = Transcript()
    with backend.start(order(["node", "main.js"], {"main.js": b"console.log([1, 2].map(n => n * 2))"})) as sandbox:
        assert transcript.to_the_end(sandbox).exit_code == 0
    assert transcript.text == "[ 2, 4 ]\n"


def test_a_thousand_files_go_in_as_they_are(backend: Bubblewrap) -> None:
    files = {f"folder {n % 30}/ün.{n}.txt": f"content {n}\r\n🎲".encode() for n in range(1_000)}
    files["main.py"] = b"""
import hashlib, pathlib
whole = hashlib.sha256()
for path in sorted(pathlib.Path().rglob("*.txt"), key=str):
    whole.update(str(path).encode() + path.read_bytes())
print(whole.hexdigest())"""
    transcript = Transcript()
    with backend.start(order(["python", "main.py"], files)) as sandbox:
        assert transcript.to_the_end(sandbox).exit_code == 0
    whole = hashlib.sha256()
    for path in sorted(path for path in files if path.endswith(".txt")):
        whole.update(path.encode() + files[path])
    assert transcript.text == whole.hexdigest() + "\n"


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "", "a//b", "./a", "a\0b", "a\nb", "x" * 256])
def test_a_path_outside_the_folder_is_refused(backend: Bubblewrap, path: str) -> None:
    with pytest.raises(Refused, match="not one for a file"):
        backend.start(order("", {path: b""}))


def test_a_document_that_is_anothers_folder_is_refused(backend: Bubblewrap) -> None:
    with pytest.raises(Refused, match="'a' is both a document and a folder"):
        backend.start(order("", {"a": b"", "a/b/c": b""}))


def test_the_end_of_input_over_a_pipe(backend: Bubblewrap) -> None:
    transcript = Transcript()
    with backend.start(order("import sys; print(len(sys.stdin.read()))")) as sandbox:
        assert sandbox.write("one\ntwo\n\x04ignored")
        assert not sandbox.write("too late")
        transcript.to_the_end(sandbox)
    assert transcript.text == "8\n"


def test_input_that_nobody_reads_is_bounded(backend: Bubblewrap) -> None:
    with backend.start(order("import time; time.sleep(60)")) as sandbox:
        taken = [sandbox.write("x" * 60_000) for _ in range(10)]
        assert taken[0] and not taken[-1]


def test_large_input_comes_through_whole(backend: Bubblewrap) -> None:
    transcript = Transcript()
    with backend.start(order("import sys, time; print(len(sys.stdin.read()))")) as sandbox:
        assert sandbox.write("x" * 250_000)
        assert sandbox.write("\x04")
        transcript.to_the_end(sandbox)
    assert transcript.text == "250000\n"


def test_input_on_a_terminal(backend: Bubblewrap) -> None:
    transcript = Transcript()
    program = "import os, sys; print(sys.stdin.isatty(), os.get_terminal_size(), input('name? '))"
    with backend.start(order(program, terminal=SCREEN)) as sandbox:
        transcript.until(sandbox, "name? ")
        sandbox.write("Ann\r")
        assert transcript.to_the_end(sandbox).exit_code == 0
    # What was typed is echoed, as on any terminal.
    assert transcript.text == "name? Ann\r\nTrue os.terminal_size(columns=80, lines=24) Ann\r\n"


def test_what_is_typed_before_the_program_begins_is_not_lost(backend: Bubblewrap) -> None:
    transcript = Transcript()
    with backend.start(order("print(input('name? '))", terminal=SCREEN)) as sandbox:
        sandbox.write("Ann\r")
        transcript.to_the_end(sandbox)
    assert transcript.text.count("Ann") == 2


def test_control_c_on_a_terminal_interrupts(backend: Bubblewrap) -> None:
    program = """
import time
try:
    print("working")
    while True:
        time.sleep(0.01)  # a signal in the moment before a long sleep begins would not end that: Python's own gap
except KeyboardInterrupt:
    print("interrupted")"""
    transcript = Transcript()
    with backend.start(order(program, terminal=SCREEN)) as sandbox:
        transcript.until(sandbox, "working")
        sandbox.write("\x03")
        ended = transcript.to_the_end(sandbox)
    assert (ended.cause, ended.exit_code) == (Cause.EXITED, 0)
    assert "interrupted" in transcript.text


def test_a_terminal_gets_another_size(backend: Bubblewrap) -> None:
    program = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})
print("ready")
signal.sigwait({signal.SIGWINCH})
print(os.get_terminal_size().columns)
input()"""
    transcript = Transcript()
    with backend.start(order(program, terminal=SCREEN)) as sandbox:
        transcript.until(sandbox, "ready")
        sandbox.resize(Terminal(columns=132, rows=43))
        transcript.until(sandbox, "132")
        sandbox.write("\r")
        assert transcript.to_the_end(sandbox).exit_code == 0


def test_typing_into_the_terminal_from_inside_is_refused(backend: Bubblewrap) -> None:
    program = """
import errno, fcntl, termios
try:
    fcntl.ioctl(0, termios.TIOCSTI, b"x")
except OSError as error:
    print(errno.errorcode[error.errno])"""
    transcript = Transcript()
    with backend.start(order(program, terminal=SCREEN)) as sandbox:
        transcript.to_the_end(sandbox)
    # EIO would be the kernel's own refusal, which not every kernel makes.
    assert transcript.text == "EPERM\r\n"


def test_nothing_can_be_said_after_the_end(backend: Bubblewrap) -> None:
    for screen in (None, SCREEN):
        with backend.start(order("", terminal=screen)) as sandbox:
            Transcript().to_the_end(sandbox)
        assert not sandbox.write("hello?")
        sandbox.resize(SCREEN)
        sandbox.kill()
        sandbox.close()


ECHO = """
import os
hear, say = map(int, os.environ["SPARKROOM_TALK"].split(","))
with open(hear, "rb") as questions, open(say, "wb", buffering=0) as answers:
    for question in questions:
        answers.write(question.upper() + b"\\n" if len(question) < 99 else b"%d\\n" % len(question))
"""


def test_a_conversation_in_lines_beside_input_and_output(backend: Bubblewrap) -> None:
    transcript = Transcript()
    with backend.start(order(ECHO, talk=True)) as sandbox:
        for question in (b"one", "zwölf".encode(), b"x" * 500_000):
            assert sandbox.tell(question)
        while len(transcript.talk) < 3:
            transcript.follow(sandbox)
        sandbox.kill()
        transcript.to_the_end(sandbox)
        assert not sandbox.tell(b"too late") or sandbox.read(0) is not None
    assert transcript.talk == [b"ONE", "ZWöLF".encode(), b"500001"]
    assert transcript.text == ""


@pytest.mark.parametrize("variable", ["SPARKROOM_REPORT", "SPARKROOM_TALK"])
def test_lines_without_end_end_the_sandbox(backend: Bubblewrap, variable: str) -> None:
    program = f"""
import os
pipe = int(os.environ["{variable}"].split(",")[-1])
while True:
    os.write(pipe, b"{{}}\\n" * 20_000)"""
    transcript = Transcript()
    with backend.start(order(program, modules={"module.py": b""}, talk=True)) as sandbox:
        ended = transcript.to_the_end(sandbox)
    assert ended.cause is Cause.LIMIT
    if variable == "SPARKROOM_TALK":
        assert ended.reason == "debugger message limit of 200,000 lines"
        assert MOST_TALK / 2 < len(transcript.talk) <= MOST_TALK
    else:
        assert ended.reason == "report limit of 50,000 lines"
        assert MOST_REPORTS / 2 < len(transcript.reports) <= MOST_REPORTS


def test_lines_that_are_too_long_are_counted_too(backend: Bubblewrap) -> None:
    program = """
import os
while True:
    os.write(int(os.environ["SPARKROOM_REPORT"]), b"x" * 65_536)"""
    transcript = Transcript()
    with backend.start(order(program, modules={"module.py": b""})) as sandbox:
        ended = transcript.to_the_end(sandbox)
    assert (ended.cause, ended.reason) == (Cause.LIMIT, "report limit of 64 MB")
    assert transcript.reports == []


def test_a_conversation_that_nobody_has_is_not_heard(backend: Bubblewrap) -> None:
    with backend.start(order("print('alone')")) as sandbox:
        assert not sandbox.tell(b"hello?")
        Transcript().to_the_end(sandbox)
