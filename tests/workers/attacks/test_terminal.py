"""What a program could do to whoever watches or starts it through a terminal."""

from __future__ import annotations

import json
from pathlib import Path

from ide.wire.run_shapes import Terminal
from tests.workers.attacks.conftest import made
from workers.sandboxes.bubblewrap import Bubblewrap

SCREEN = Terminal(columns=80, rows=24)
INPUT = """
import fcntl, sys
TIOCSTI, TIOCLINUX, TIOCSETD, TIOCCONS = 0x5412, 0x541C, 0x5423, 0x541D
high = 0x1_0000_0000
tell([attempt(fcntl.ioctl, 0, TIOCSTI, b"x"), attempt(fcntl.ioctl, 0, TIOCLINUX, b"\\2" + bytes(16)),
    attempt(fcntl.ioctl, 0, TIOCSETD, (2).to_bytes(4, "little")), attempt(fcntl.ioctl, 0, TIOCCONS, 0),
    attempt(system_call, 16, 0, high | TIOCSTI, b"x")])"""


def test_nothing_can_be_typed_into_a_terminal_from_inside(backend: Bubblewrap, unfiltered: Bubblewrap) -> None:
    assert made(backend, INPUT, terminal=SCREEN).told == ["EPERM"] * 5
    text = made(unfiltered, INPUT, terminal=SCREEN).text
    without = json.loads(text[text.index("[") : text.index("]") + 1])
    setting = Path("/proc/sys/dev/tty/legacy_tiocsti")
    may = not setting.exists() or setting.read_text().strip() == "1"
    # The kernel looks at the lower half of the request, and so does the filter.
    assert (without[0], without[4]) == (("done", "done") if may else ("EIO", "EIO"))
    assert without[1] == "ENOTTY"


def test_a_program_on_pipes_has_nobodys_terminal(backend: Bubblewrap) -> None:
    program = """
import fcntl
tell([os.isatty(number) for number in (0, 1, 2)] + [attempt(os.open, "/dev/tty", os.O_RDWR),
    attempt(os.tcgetpgrp, 0), os.listdir("/dev/pts")])"""
    assert made(backend, program).told == [False, False, False, "ENXIO", "ENOTTY", ["ptmx"]]


def test_a_program_on_a_terminal_has_its_own_alone(backend: Bubblewrap) -> None:
    program = """
import fcntl, struct
TIOCGSID, TIOCGPTPEER = 0x5429, 0x5441
session, = struct.unpack("i", fcntl.ioctl(0, TIOCGSID, bytes(4)))
tell([session == os.getsid(0), session != os.getsid(1), attempt(fcntl.ioctl, 0, TIOCGPTPEER, os.O_RDWR),
    os.listdir("/dev/pts")])"""
    # It cannot open the worker's end of it, nor anybody else's.
    assert made(backend, program, terminal=SCREEN).told == [True, True, "EIO", ["ptmx"]]


def test_what_a_program_does_to_its_terminal_stays_with_the_program(backend: Bubblewrap) -> None:
    """Raw mode, exclusive use, a stopped line: the next run has another terminal."""
    program = """
import fcntl, termios, tty
tty.setraw(0)
fcntl.ioctl(0, termios.TIOCEXCL)
print("raw")
termios.tcflow(1, termios.TCOOFF)
os.fork()"""
    attack = made(backend, program, terminal=SCREEN, seconds=2)
    assert attack.text.startswith("raw")
    assert made(backend, "print('next')", terminal=SCREEN).text == "next\r\n"
