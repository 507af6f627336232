"""Output and reports as weapons: without end, without form, and in somebody else's name."""

from __future__ import annotations

import resource

import pytest

from tests.workers.attacks.conftest import made
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.channels import READY
from workers.sandboxes.sandbox import Cause

FLOODS = {
    "lines": 'b"x" * 99 + b"\\n"',
    "one endless line": 'b"x" * 65536',
    "bytes that are no characters": 'b"\\xff\\xfe\\xc3" * 9999',
    "zeros": "bytes(65536)",
    "escape sequences": 'b"\\x1b[2J\\x1b]0;title\\x07\\x1b[999999999C" * 999',
    "half a character each": 'b"\\xf0\\x9f" * 9999',
    "empty lines": 'b"\\n" * 65536',
}


@pytest.mark.parametrize("kind", FLOODS)
@pytest.mark.parametrize("stream", [1, 2])
def test_endless_output_is_cut_and_ends_the_program(backend: Bubblewrap, kind: str, stream: int) -> None:
    program = f"data = {FLOODS[kind]}\nwhile True: os.write({stream}, data)"
    attack = made(backend, program, output_bytes=100_000)
    assert attack.ended.cause is Cause.LIMIT and str(attack.ended.reason).startswith("output limit of ")
    assert attack.ended.truncated and attack.ended.exit_code is None
    # Databases cannot keep U+0000. A character that is none becomes one that has three bytes.
    assert "\0" not in attack.text and 0 < len(attack.text) <= 100_000
    attack.text.encode()


def test_a_flood_by_many_processes_holds_no_more_of_the_worker(backend: Bubblewrap) -> None:
    program = "for _ in range(20): os.fork() or os.execlp('yes', 'yes', 'x' * 5000)\nimport time; time.sleep(60)"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    attack = made(backend, program, output_bytes=1_000_000)
    assert attack.ended.cause is Cause.LIMIT and len(attack.text) <= 1_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_the_word_ready_is_only_believed_once(backend: Bubblewrap) -> None:
    """What the prologue writes as its last act is ordinary text from the program, wherever it stands."""
    forged = repr(READY)
    attack = made(backend, f"os.write(1, {forged} * 3 + b'after'); os._exit(3)")
    assert attack.text == READY.decode() * 3 + "after"
    assert (attack.ended.cause, attack.ended.exit_code) == (Cause.EXITED, 3)


def test_a_program_cannot_have_its_run_called_refused(backend: Bubblewrap) -> None:
    """Only what comes before the program began is a complaint of the set-up."""
    for code in (1, 125, 126, 127):
        attack = made(backend, f"os.write(2, b'bwrap: Creating new namespace failed\\n'); os._exit({code})")
        assert (attack.ended.cause, attack.ended.exit_code, attack.ended.reason) == (Cause.EXITED, code, None)
    killed = made(backend, "import signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert (killed.ended.cause, killed.ended.exit_code) == (Cause.EXITED, 137)


def test_a_program_cannot_stop_the_account_of_its_end(backend: Bubblewrap) -> None:
    """It closes everything, tries every descriptor that it might have, and leaves a child with its output."""
    program = """
for number in range(256):
    for words in (b'{"exit-code": 0}\\n', b'{"child-pid": 1}\\n'): attempt(os.write, number, words)
for number in ("1", "self"):
    for name in os.listdir(f"/proc/{number}/fd"):
        try: descriptor = os.open(f"/proc/{number}/fd/{name}", os.O_WRONLY | os.O_NONBLOCK)
        except OSError: continue
        if descriptor > 2: attempt(os.write, descriptor, b'{"exit-code": 0}\\n{"child-pid": 1}\\n')
if os.fork() == 0:
    import time; time.sleep(60)
os.closerange(0, 256)
os._exit(7)"""
    attack = made(backend, program, seconds=5)
    assert (attack.ended.cause, attack.ended.exit_code) == (Cause.EXITED, 7)


REPORTING = {"modules": {"reporter.py": b"import os\nPIPE = int(os.environ['SPARKROOM_REPORT'])\n"}}


def test_a_report_without_end_is_left_out(backend: Bubblewrap) -> None:
    program = """
from reporter import PIPE
for _ in range(200): os.write(PIPE, b"x" * 65536)
os.write(PIPE, b"\\nlast\\n")"""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    attack = made(backend, program, **REPORTING)
    assert attack.ended.exit_code == 0 and attack.reports == [b"last"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_reports_are_lines_of_bytes_and_nothing_more(backend: Bubblewrap) -> None:
    """Their form is checked by whoever reads them; here nothing may break, and output never turns into a report."""
    lines = [b"\xff\xfe", b"{}", b'{"id": "a", "outcome": "passed"}', b"\0", b"\x1e", b"null", b"[" * 9_000]
    program = f"""
from reporter import PIPE
for line in {lines!r}: os.write(PIPE, line + b"\\n")
os.write(PIPE, b"\\n\\nunfinished")
print('{{"id": "b", "outcome": "passed"}}')"""
    attack = made(backend, program, **REPORTING)
    assert attack.reports == lines
    assert attack.text == '{"id": "b", "outcome": "passed"}\n'
