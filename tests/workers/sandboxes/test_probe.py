"""The check at a worker's start: each measure is taken out once, and is missed."""

from __future__ import annotations

import re

import pytest

from tests.workers.attacks.conftest import Changes, Loosened, loosened, open_folder
from workers.sandboxes.bubblewrap import Bubblewrap

# Fixtures, which pytest finds by their name.
__all__ = ["loosened", "open_folder"]

MISSED = {
    "there is a network|limit of 256 sockets": {("--unshare-net",): ()},
    "the machine's processes can be seen": {("--unshare-pid",): ()},
    "system calls are not filtered": {("--seccomp", None): ()},
    "the machine's files can be seen": {
        ("--ro-bind", "/usr", "/usr"): ("--ro-bind", "/usr", "/usr", "--ro-bind", "/var", "/var")
    },
    "files outside the working folder can be written": {("--remount-ro", "/"): ()},
    "processes have no limit": {("--nproc=64",): ("--nproc=4096",)},
    "processor time has no limit": {("--cpu=11:12",): ()},
    "memory has no limit": {("--as=1073741824",): ()},
    "files have no limit": {("--size", "64000000"): ()},
    "memory could be dumped into files": {("--core=0",): ()},
    # Archives are unpacked in another way by root.
    "programs would be root|the sandbox could not be set up: tar: .*": {("--uid", "1000"): ("--uid", "0")},
    "programs would have privileges": {("--cap-drop", "ALL"): ("--cap-add", "ALL")},
}


@pytest.mark.parametrize(("wrong", "changes"), MISSED.items(), ids=MISSED)
def test_a_measure_that_does_not_hold_is_missed(loosened: Loosened, wrong: str, changes: Changes) -> None:
    backend: Bubblewrap = loosened(changes)
    reason = backend.availability()
    assert reason and re.fullmatch(f"not available here: (in a sandbox )?({wrong})", reason)


def test_with_every_measure_nothing_is_missed(loosened: Loosened) -> None:
    assert loosened().availability() is None
