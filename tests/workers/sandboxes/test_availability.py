"""Where a sandbox cannot be set up exactly as required, nothing is executed and the reason is one line."""

from __future__ import annotations

import dataclasses
import platform
from pathlib import Path

import pytest

from tests.workers.transcript import Transcript, order
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.sandbox import Refused
from workers.sandboxes.toolchain import Toolchain


def test_it_is_available_here(backend: Bubblewrap) -> None:
    assert backend.availability() is None


def test_without_a_toolchain(toolchain: Toolchain, tmp_path: Path) -> None:
    missing = Bubblewrap(dataclasses.replace(toolchain, folder=tmp_path / "missing"))
    reason = missing.availability()
    assert reason and reason.startswith("not available here: the sandbox's toolchain is not installed")


def test_with_a_bubblewrap_that_cannot_be_started(toolchain: Toolchain) -> None:
    reason = Bubblewrap(toolchain, "/usr/bin/no-such-bwrap").availability()
    assert (
        reason
        and reason.startswith("not available here: the sandbox could not be set up: ")
        and "no-such-bwrap" in reason
    )


@pytest.mark.parametrize("program", ["/bin/false", "/bin/true", "/usr/bin/prlimit"])
def test_with_a_program_that_makes_no_sandbox(toolchain: Toolchain, program: str) -> None:
    reason = Bubblewrap(toolchain, program).availability()
    assert reason and reason.startswith("not available here: the sandbox could not be set up: ")


def test_what_bubblewrap_says_is_the_reason(toolchain: Toolchain, tmp_path: Path) -> None:
    unbindable = Bubblewrap(dataclasses.replace(toolchain, interpreter_folder=tmp_path / "missing"))
    with pytest.raises(Refused, match=r"the sandbox could not be set up: .*Can't find source path") as refused:
        unbindable.start(order("print('never')"))
    assert "\n" not in str(refused.value)


def test_without_a_filter_for_this_processor(toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    backend = Bubblewrap(toolchain)
    with pytest.raises(Refused, match="no system call filter for riscv64"):
        backend.start(order("print('never')"))
    assert (
        backend.availability()
        == "not available here: the sandbox could not be set up: no system call filter for riscv64"
    )


def test_nothing_is_left_open(backend: Bubblewrap, toolchain: Toolchain) -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = descriptors()
    for _ in range(5):
        with backend.start(order("print('hello')", {"a": b"b"})) as sandbox:
            Transcript().to_the_end(sandbox)
        Bubblewrap(toolchain, "/usr/bin/no-such-bwrap").availability()
        Bubblewrap(toolchain, "/bin/false").availability()
    # Fewer, when something of an earlier test was collected meanwhile.
    assert descriptors() <= before
