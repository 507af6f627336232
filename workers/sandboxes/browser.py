"""A headless Chromium in a sandbox of its own: no network, no file of the machine but its own programs.

The sandbox is that of programs, but for one thing: it may make user namespaces, since Chromium's own sandbox, which
parts the page from the browser, is made of them. Commands and answers go over pipes, so that no port is open anywhere.
"""

from __future__ import annotations

import os
import select
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from types import TracebackType
from typing import Self

from ide.wire.run_shapes import RunLimits
from workers.sandboxes import arguments, seccomp
from workers.sandboxes.channels import BEGIN, WAITING, WAITING_IN_SHELL
from workers.sandboxes.descriptors import Descriptors
from workers.sandboxes.folders import Allowance
from workers.sandboxes.groups import Group, Groups
from workers.sandboxes.sandbox import Cause, Refused
from workers.sandboxes.spawner import ORDINARY_ID, spawn
from workers.sandboxes.watchdog import Verdict, Watchdog

_OPEN_FILES = 1_024
_CHECKOUT = Path(__file__).resolve().parents[2]
# Debian's /usr/bin/chromium is a script that reads /etc; these are the programs themselves.
_PLACES = (
    "/usr/lib/chromium/chromium-headless-shell",
    "/usr/lib/chromium/chromium",
    "/usr/lib/chromium-browser/chromium-browser",
    "/opt/google/chrome/chrome",
)
_PLAYWRIGHTS = ("chromium_headless_shell-*/*/headless_shell", "chromium_headless_shell-*/*/*-headless-shell",
                "chromium-*/*/chrome")  # fmt: skip
MISSING = (
    "no Chromium to look at pages with; on Debian and Ubuntu: apt install chromium-headless-shell fonts-liberation,"
    " elsewhere: python -m playwright install chromium-headless-shell"
)
# Chromium takes its commands from descriptor 3 and answers on 4. The shell puts them there, at the word to begin.
_PROLOGUE = f"printf '{WAITING_IN_SHELL}' >&2 && read -r word && exec 3<&0 4>&1 0</dev/null 1>&2 && exec \"$@\""
_SET_UP_SECONDS = 10.0
_COMPLAINT_BYTES = 4_096
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": arguments.HOME, "LANG": "C.UTF-8", "TZ": "UTC"}
_OPTIONS = (
    "--headless",
    "--remote-debugging-pipe",
    f"--user-data-dir={arguments.HOME}/profile",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # A stuck page is dealt with by the check; a browser that waits for a person to close its dialog is not.
    "--disable-hang-monitor",
    "--block-new-web-contents",
    "--deny-permission-prompts",
    "--mute-audio",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--lang=en",
)


@dataclass(frozen=True)
class Chromium:
    """A browser's program. What lies outside /usr is bound at its own place: `folder`."""

    program: Path
    folder: Path | None


def locate() -> Chromium | None:
    """The machine's Chromium, a headless shell before a whole browser; else Playwright's own; else none."""
    for place in map(Path, _PLACES):
        if place.is_file():
            return Chromium(place, None if place.is_relative_to("/usr") else place.parent)
    folders = (os.environ.get("PLAYWRIGHT_BROWSERS_PATH"), _CHECKOUT / "build" / "browsers")
    for folder in [Path(folder) for folder in folders if folder]:
        for pattern in _PLAYWRIGHTS:
            if found := sorted(folder.glob(pattern)):
                return Chromium(found[-1], found[-1].parent)
    return None


def last_line(said: bytes) -> str:
    """The last line of a complaint, fit to be shown."""
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return "".join(character for character in (lines or [""])[-1][:200] if character.isprintable())


class Browser:
    """A browser that runs, and the ends of its three pipes, which it owns. As a context it is ended and taken away."""

    def __init__(self, commands: int, answers: int, complaints: int) -> None:
        self.commands = commands
        self.answers = answers
        self.complaints = complaints
        self.watchdog: Watchdog

    def begin(self) -> None:
        """Wait until all is set up, take hold of it, and have the browser executed. Raises `Refused` and OSError."""
        said = b""
        until = time.monotonic() + _SET_UP_SECONDS
        while not said.endswith(WAITING):
            readable, _, _ = select.select([self.complaints], [], [], max(0.0, until - time.monotonic()))
            more = os.read(self.complaints, _COMPLAINT_BYTES) if readable else b""
            if not more or len(said) > _COMPLAINT_BYTES:
                raise Refused(f"the browser's sandbox could not be set up: {last_line(said) or 'it does not answer'}")
            said += more
        self.watchdog.settle()
        os.write(self.commands, BEGIN)

    def close(self) -> None:
        """Kill it, wait until all of it is gone, and give back every descriptor."""
        self.watchdog.end(Verdict(Cause.KILLED))
        self.watchdog.join()
        for descriptor in (self.commands, self.answers, self.complaints):
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class BrowserSandbox:
    """Starts browsers. `chromium` and `bubblewrap` are the machine's.

    `network` and more `options` of Chromium are for tests of what their lack holds.
    """

    def __init__(
        self,
        chromium: Chromium | None = None,
        bubblewrap: str | None = None,
        groups: Groups | None = None,
        *,
        network: bool = False,
        options: Sequence[str] = (),
    ) -> None:
        self._chromium = chromium or locate()
        self._bubblewrap = bubblewrap or shutil.which("bwrap", path="/usr/local/bin:/usr/bin:/bin")
        self._network = network
        self._options = (*_OPTIONS, *options)
        self._groups = groups or Groups()
        self._ordinary_id = ORDINARY_ID if os.geteuid() == 0 else None

    @property
    def lack(self) -> str | None:
        """What this machine lacks for browsers, and how to get it, in one line; None if nothing."""
        if self._bubblewrap is None:
            return "bubblewrap is not installed; on Debian and Ubuntu: apt install bubblewrap"
        return MISSING if self._chromium is None else None

    def start(self, limits: RunLimits) -> Browser:
        """Start a browser within `limits`. Raises `Refused` if it cannot be done exactly so."""
        if self._chromium is None or self._bubblewrap is None:
            raise Refused(self.lack or "")
        try:
            group = self._groups.make(limits)
            try:
                with Descriptors() as descriptors:
                    browser = self._started(self._bubblewrap, self._chromium, limits, group, descriptors)
            except BaseException:
                if group:
                    group.remove()
                raise
            try:
                browser.begin()
            except BaseException:
                browser.close()
                raise
        except (OSError, NotImplementedError) as error:
            raise Refused(f"the browser's sandbox could not be set up: {error}") from error
        return browser

    def _started(
        self, program: str, chromium: Chromium, limits: RunLimits, group: Group | None, descriptors: Descriptors
    ) -> Browser:
        status_read, status_write = descriptors.from_child()
        answers, stdout = descriptors.from_child()
        commands, stdin = descriptors.to_child()
        complaints, stderr = descriptors.from_child()
        folders = [
            Allowance(path, limits.file_bytes, limits.files, limits.file_bytes, limits.files)
            for path in (arguments.SHARED_MEMORY, arguments.SCRATCH, arguments.HOME)
        ]
        words = [
            program,
            *arguments.in_memory(self._mounts(chromium, folders, descriptors), descriptors),
            *("--seccomp", str(descriptors.content("seccomp", seccomp.program(browser=True)))),
            *("--json-status-fd", str(status_write)),
            "--",
            # A page that is busy must not slow the people who type on the same machine.
            *("/usr/bin/nice", "-n", "10"),
            *("/usr/bin/prlimit", f"--fsize={limits.file_bytes}", f"--nofile={_OPEN_FILES}"),
            *("--core=0", "--memlock=0", "--"),
            *("/bin/sh", "-c", _PROLOGUE, "sandbox"),
            str(chromium.program),
            *self._options,
            "about:blank",
        ]
        browser = Browser(commands, answers, complaints)
        passed = set(descriptors.lent) - {stdin, stdout, stderr}
        within = group.entered() if group else None
        process = spawn(words, stdin, stdout, stderr, passed, self._ordinary_id, within)
        try:
            browser.watchdog = Watchdog(process, status_read, limits, folders, lambda: None, group)
            browser.watchdog.start()
        except BaseException:
            process.kill()  # nothing runs unwatched
            raise
        return browser

    def _mounts(
        self, chromium: Chromium, folders: Sequence[Allowance], descriptors: Descriptors
    ) -> Iterator[str | PurePath]:
        """Everything but the command. There is no `--disable-userns`: see above."""
        yield from ("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
        if not self._network:
            yield "--unshare-net"
        yield from ("--uid", "1000", "--gid", "1000", "--hostname", "sandbox", "--die-with-parent", "--new-session")
        yield from ("--cap-drop", "ALL", "--clearenv")
        for name, value in _ENVIRONMENT.items():
            yield from ("--setenv", name, value)
        yield from arguments.system()
        for name, content in arguments.ETC.items():
            yield from ("--perms", "0444", "--file", str(descriptors.content(name, content)), f"/etc/{name}")
        yield from ("--ro-bind-try", "/etc/fonts", "/etc/fonts")
        if chromium.folder:
            yield from ("--ro-bind", chromium.folder, chromium.folder)
        yield from ("--proc", "/proc", "--dev", "/dev")
        for folder in folders:
            yield from ("--size", str(folder.bytes), "--perms", "1777", "--tmpfs", folder.path)
        yield from ("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", arguments.HOME)
