"""What every `SandboxBackend` must do. A backend passes if a subclass with a `backend` fixture does."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from ide.wire.run_shapes import Terminal
from tests.workers.limits import LIMITS
from tests.workers.transcript import Transcript, order
from workers.sandboxes.sandbox import Cause, Order, Refused, SandboxBackend

_SCREEN = Terminal(columns=80, rows=24)


class SandboxContract:
    """The contract. It knows nothing of how programs are isolated."""

    @pytest.fixture
    def backend(self) -> SandboxBackend:
        raise NotImplementedError

    def executed(self, backend: SandboxBackend, what: Order) -> Transcript:
        transcript = Transcript()
        with backend.start(what) as sandbox:
            transcript.to_the_end(sandbox)
        return transcript

    def test_it_is_available(self, backend: SandboxBackend) -> None:
        assert backend.availability() is None

    def test_a_program_finds_its_files_and_its_end_is_told(self, backend: SandboxBackend) -> None:
        program = "print(open('data/ü.txt').read()); open('made', 'w').write('x'); exit(3)"
        transcript = self.executed(backend, order(program, {"data/ü.txt": "é".encode()}))
        ended = transcript.ended
        assert ended and transcript.text == "é\n"
        assert (ended.cause, ended.exit_code, ended.reason) == (Cause.EXITED, 3, None)
        assert (ended.output_bytes, ended.truncated) == (3, False)
        assert (ended.made, ended.left_out) == ({"made": b"x"}, 0)
        assert ended.seconds > 0

    def test_every_read_until_the_end_is_answered_in_time(self, backend: SandboxBackend) -> None:
        with backend.start(order("input()")) as sandbox:
            assert sandbox.read(0.0) is None
            sandbox.write("\n")
            Transcript().to_the_end(sandbox)

    @pytest.mark.parametrize("terminal", [None, _SCREEN], ids=["pipes", "terminal"])
    def test_what_is_typed_is_read(self, backend: SandboxBackend, terminal: Terminal | None) -> None:
        transcript = Transcript()
        with backend.start(order("print('hello', input('who? '))", terminal=terminal)) as sandbox:
            transcript.until(sandbox, "who? ")
            assert sandbox.write("Ann\n")
            assert transcript.to_the_end(sandbox).exit_code == 0
        assert "hello Ann" in transcript.text

    def test_a_terminal_has_the_size_that_it_is_given(self, backend: SandboxBackend) -> None:
        program = "import os\nwhile input() != 'end': print(*os.get_terminal_size())"
        transcript = Transcript()
        with backend.start(order(program, terminal=_SCREEN)) as sandbox:
            sandbox.write("\r")
            transcript.until(sandbox, "80 24")
            sandbox.resize(Terminal(columns=132, rows=43))
            sandbox.write("\r")
            transcript.until(sandbox, "132 43")
            sandbox.write("end\r")
            assert transcript.to_the_end(sandbox).exit_code == 0

    def test_our_own_modules_report_in_lines(self, backend: SandboxBackend) -> None:
        modules = {"ours.py": b"import os\ndef report(line): os.write(int(os.environ['SPARKROOM_REPORT']), line)\n"}
        program = """
import os, ours
ours.report(b'one\\n\\ntwo\\n')
print(ours.__file__ == os.environ['SPARKROOM_TOOLS'] + '/ours.py')"""
        transcript = self.executed(backend, order(program, modules=modules))
        assert (transcript.reports, transcript.text) == ([b"one", b"two"], "True\n")

    def test_a_conversation_in_lines(self, backend: SandboxBackend) -> None:
        program = """
import os
hear, say = map(int, os.environ["SPARKROOM_TALK"].split(","))
for line in open(hear): os.write(say, line.upper().encode())"""
        transcript = Transcript()
        with backend.start(order(program, talk=True)) as sandbox:
            assert sandbox.tell(b"hello")
            while not transcript.talk:
                transcript.follow(sandbox)
            sandbox.kill()
            transcript.to_the_end(sandbox)
        assert transcript.talk == [b"HELLO"]

    @pytest.mark.parametrize(
        ("program", "limits", "reason"),
        [
            ("import time; time.sleep(60)", {"seconds": 1}, "time limit of 1 s"),
            ("while True: pass", {"cpu_seconds": 1}, "processor time limit of 1 s"),
            ("kept = [b'x' * 10**6 for _ in range(900)]", {"memory_bytes": 100_000_000}, "memory limit of 100 MB"),
            ("while True: print('x' * 99)", {"output_bytes": 10_000}, "output limit of 1 MB"),
            ("input()", {"idle_seconds": 1}, "idle limit of 1 s: nothing was typed or printed"),
        ],
        ids=["time", "processor", "memory", "output", "idle"],
    )
    def test_a_limit_that_ends_it_is_said_in_words(
        self, backend: SandboxBackend, program: str, limits: dict[str, float], reason: str
    ) -> None:
        ended = self.executed(backend, replace(order(program), limits=LIMITS.model_copy(update=limits))).ended
        assert ended and (ended.cause, ended.exit_code, ended.reason) == (Cause.LIMIT, None, reason)

    def test_a_kill_by_another_thread_ends_it(self, backend: SandboxBackend) -> None:
        transcript = Transcript()
        with backend.start(order("print('ready'); import time; time.sleep(60)")) as sandbox:
            transcript.until(sandbox, "ready")
            thread = threading.Thread(target=sandbox.kill)
            thread.start()
            ended = transcript.to_the_end(sandbox)
            thread.join()
        assert (ended.cause, ended.exit_code, ended.reason) == (Cause.KILLED, None, None)

    def test_after_the_end_nothing_is_taken_and_nothing_fails(self, backend: SandboxBackend) -> None:
        with backend.start(order("")) as sandbox:
            Transcript().to_the_end(sandbox)
        assert not sandbox.write("hello?")
        assert not sandbox.tell(b"hello?")
        sandbox.resize(_SCREEN)
        sandbox.kill()
        sandbox.close()

    @pytest.mark.parametrize("files", [{"../x": b""}, {"/x": b""}, {"a": b"", "a/b": b""}])
    def test_what_could_be_no_working_folder_is_refused(self, backend: SandboxBackend, files: dict[str, bytes]) -> None:
        with pytest.raises(Refused):
            backend.start(order("", files))
