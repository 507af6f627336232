"""Orders and input as weapons: what people send is as hostile as what programs answer."""

from __future__ import annotations

import pytest

from tests.workers.attacks.conftest import made, with_tools
from tests.workers.transcript import Transcript, order
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.sandbox import Cause, Refused


def test_a_flood_of_input_is_refused_and_what_was_taken_arrives(backend: Bubblewrap) -> None:
    program = """
import sys
input()
tell(len(sys.stdin.read()))"""
    transcript, taken = Transcript(), 0
    with backend.start(order(*with_tools(program))) as sandbox:
        while sandbox.write("x" * 50_000):
            taken += 50_000
            assert taken < 10_000_000, "input that nobody reads was taken without end"
        # It makes room by reading a line that has not come yet.
        assert taken > 0 and not sandbox.write("x" * 10_000_000)
        sandbox.kill()
        assert transcript.to_the_end(sandbox).cause is Cause.KILLED


def test_input_to_a_program_that_has_closed_it(backend: Bubblewrap) -> None:
    transcript = Transcript()
    program = "import os, time\nos.close(0)\nprint('closed')\ntime.sleep(0.5)"
    with backend.start(order(program)) as sandbox:
        transcript.until(sandbox, "closed")
        for _ in range(20):
            sandbox.write("x" * 10_000)
        assert transcript.to_the_end(sandbox).exit_code == 0


@pytest.mark.parametrize(
    "command",
    [["python", "-c", "x" * 200_000], ["python", *["x" * 1_000] * 10_000], ["echo", "a\0b"], ["echo", "\ud800"]],
    ids=["one long word", "many words", "a zero", "half a character"],
)
def test_a_command_that_no_kernel_takes_is_refused(backend: Bubblewrap, command: list[str]) -> None:
    with pytest.raises(Refused, match=r"^[^\n]{10,300}$"):
        made(backend, command).ended  # noqa: B018


@pytest.mark.parametrize(
    "word", ["--bind", "--", "--args", "$(id)", "`id`", "; id", "-c", "\n", "\x1b[2J", "ünï🎲", "%s"]
)
def test_words_of_a_command_are_nothing_but_words(backend: Bubblewrap, word: str) -> None:
    attack = made(backend, ["python", "-c", "import sys; print(ascii(sys.argv[1:]))", word, "next"])
    assert attack.text == f"{[word, 'next']!a}\n"


@pytest.mark.parametrize("name", ["--bind", "-n", "--", "a=b", "/opt/sandbox/../../etc/shadow", "../x", "", ".", "/"])
def test_a_command_that_is_an_option_is_not_taken_for_one(backend: Bubblewrap, name: str) -> None:
    """It stands behind bubblewrap, nice, prlimit and a shell, none of which may read it as its own."""
    attack = made(backend, [name, "print"])
    assert attack.ended.exit_code not in (None, 0), attack


def test_many_arguments_inside(backend: Bubblewrap) -> None:
    program = """
import subprocess
tell([attempt(subprocess.run, ["true", *["x" * 100_000] * count]) for count in (1, 100)])"""
    assert made(backend, program).told == ["done", "E2BIG"]
