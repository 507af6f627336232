"""What a hostile page cannot reach: each wall is shown to be what holds, where that is safe to show."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ide.wire.codes import PageLevel
from tests.workers.pages.conftest import HEAD, PAGE_LIMITS, Look, browsers_of, follow
from tests.workers.transcript import wait_until
from workers.pages import site
from workers.pages.check import PageChecks
from workers.sandboxes import watchdog
from workers.sandboxes.browser import MISSING, BrowserSandbox, Chromium
from workers.sandboxes.sandbox import Cause, Order, Refused
from workers.sandboxes.usage import tree

# As long as the page asks for something, the check goes on.
BUSY = "\nsetInterval(() => fetch('index.html'), 100)"
SOCKET = "const line = new WebSocket('ws://127.0.0.1:%d/'); line.onclose = () => console.log('closed')" + BUSY
STUN = (
    "const peer = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:%d'}]}); peer.createDataChannel('a')\n"
    "peer.setLocalDescription(await peer.createOffer())" + BUSY
)
STEPS = """
const step = async (name, take) => {
  try { console.log(name, await take()) } catch { console.log(name, "no") }
}
"""
LOCAL_CHECKS = (
    "LocalNetworkAccessChecks",
    "LocalNetworkAccessChecksWebSockets",
    "LocalNetworkAccessChecksWebRTC",
    "LocalNetworkAccessChecksForWorkers",
)


@contextmanager
def listener(kind: socket.SocketKind) -> Iterator[tuple[int, threading.Event]]:
    """Somebody on the host's loopback: their port, and whether anything has come."""
    reached = threading.Event()
    with closing(socket.socket(socket.AF_INET, kind)) as heard:
        heard.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            heard.listen()

        def listen() -> None:
            try:
                if kind is socket.SOCK_STREAM:
                    heard.accept()[0].close()
                else:
                    heard.recv(100)
            except OSError:
                return
            reached.set()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield heard.getsockname()[1], reached
        heard.shutdown(socket.SHUT_RDWR) if kind is socket.SOCK_STREAM else None


@pytest.fixture
def no_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without the preview's policy, so that the network namespace is all that holds."""
    monkeypatch.setattr(site, "_POLICY", "default-src * 'unsafe-inline' 'unsafe-eval' data: blob:")


def visit(script: str, port: int, browsers: BrowserSandbox) -> None:
    body = f"{HEAD}<script type=module>{script % port}</script>"
    backend = PageChecks(browsers, lambda: b"")
    with backend.start(Order({"index.html": body.encode()}, ["index.html"], PAGE_LIMITS)) as check:
        assert follow(check).ended.cause is Cause.EXITED


@pytest.mark.usefixtures("no_policy")
def test_a_websocket_reaches_the_hosts_loopback_only_without_the_network_namespace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Without the namespace those of the whole machine are counted.
    monkeypatch.setattr(watchdog, "SOCKETS", 1_000_000)
    # Chromium has a wall of its own before this address, which a browser that was taken over has not.
    options = [f"--disable-features={','.join(LOCAL_CHECKS)}"]
    for network in (False, True):
        with listener(socket.SOCK_STREAM) as (port, reached):
            visit(SOCKET, port, BrowserSandbox(network=network, options=options))
            assert reached.is_set() is network


@pytest.mark.usefixtures("no_policy")
def test_webrtc_reaches_nobody_on_the_hosts_loopback() -> None:
    # Without the namespace it still finds no network card to send from: the system call filter has no netlink.
    with listener(socket.SOCK_DGRAM) as (port, reached):
        visit(STUN, port, BrowserSandbox())
        assert not reached.is_set()


def test_pages_cannot_send_anything_anywhere(look: Look) -> None:
    with listener(socket.SOCK_STREAM) as (port, reached):
        at = f"127.0.0.1:{port}/"
        looked = look(
            f"<img src='http://{at}a'><iframe src='http://{at}b'></iframe><link rel=prefetch href='http://{at}c'>"
            f"<script>{STEPS}\nstep('fetch', () => fetch('http://{at}d')); navigator.sendBeacon('http://{at}e')\n"
            f"step('socket', () => new Promise((yes, no) => {{ const s = new WebSocket('ws://{at}'); s.onopen = yes;"
            " s.onerror = no })); step('file', () => fetch('file:///etc/passwd'))\n"
            f"setTimeout(() => location = 'http://{at}f')</script>"
        )
        assert not reached.is_set()
    assert sorted(looked.said(PageLevel.LOG)) == ["fetch no", "file no", "socket no"]
    assert {failure.reason for failure in looked.page.failures} == {"pages have no network here"}


def test_no_window_opens_and_nothing_is_downloaded(look: Look) -> None:
    looked = look(
        "<a id=link download=x.txt href='data:text/plain,x'>x</a>"
        "<script>console.log(window.open('about:blank')); link.click()</script>"
    )
    assert looked.said(PageLevel.LOG) == ["null"]
    assert looked.ended.cause is Cause.EXITED
    assert any("open a window" in text for text in looked.said(PageLevel.WARNING))


@pytest.mark.usefixtures("no_policy")
def test_a_dialog_holds_nobody_up() -> None:
    backend = PageChecks(BrowserSandbox(), lambda: b"")
    body = f"{HEAD}<script>alert('stop'); console.log(confirm('sure?'), prompt('name?'))</script>"
    with backend.start(Order({"index.html": body.encode()}, ["index.html"], PAGE_LIMITS)) as check:
        looked = follow(check)
    assert looked.said(PageLevel.INFO) == ["alert: stop", "confirm: sure?", "prompt: name?"]
    assert looked.said(PageLevel.LOG) == ["false null"]


def walls_of_renderers() -> list[bool]:
    """Of each process that executes pages: whether all of its walls stand. None of those that end meanwhile."""
    found = []
    for pid in tree(os.getpid()):
        folder = Path("/proc", str(pid))
        try:
            words, lines = (folder / "cmdline").read_bytes(), (folder / "status").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        status = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
        # Without words: it has ended, and nobody has collected it yet.
        if b"--type=renderer" in words:
            nobody = "0" not in status["Uid"] and int(status["CapEff"][0], 16) == 0
            # Its own sandbox's processes, in bubblewrap's, in the host's.
            found.append(nobody and status["Seccomp"] == ["2"] and len(status["NSpid"]) >= 3)
    return found


def test_the_browsers_own_sandbox_is_on_and_it_runs_as_nobody_in_particular(checks: PageChecks) -> None:
    order = Order({"index.html": b"<script>for (;;);</script>"}, ["index.html"], PAGE_LIMITS)
    with checks.start(order):
        # One that has just been forked is still putting its walls up.
        wait_until(lambda: (found := walls_of_renderers()) and all(found), 60.0)


def test_nothing_is_left_of_a_browser_that_was_stopped(checks: PageChecks) -> None:
    order = Order({"index.html": b"<script>for (;;);</script>"}, ["index.html"], PAGE_LIMITS)
    with checks.start(order) as check:
        wait_until(browsers_of, 60.0)
        check.kill()
        looked = follow(check)
    assert looked.ended.cause is Cause.KILLED and looked.report is None
    assert browsers_of() == []


def test_the_time_limit_ends_a_browser(checks: PageChecks) -> None:
    order = Order(
        {"index.html": b"<script>for (;;);</script>"}, ["index.html"], PAGE_LIMITS.model_copy(update={"seconds": 2})
    )
    with checks.start(order) as check:
        looked = follow(check)
    assert looked.ended.cause is Cause.LIMIT
    assert looked.ended.reason == "time limit of 2 s"


def test_without_a_browser_checks_are_refused_with_how_to_get_one() -> None:
    browsers = BrowserSandbox()
    browsers._chromium = None
    backend = PageChecks(browsers, lambda: b"")
    assert backend.availability() == f"not available here: {MISSING}"
    with pytest.raises(Refused, match="apt install chromium"):
        backend.start(Order({"index.html": b""}, ["index.html"], PAGE_LIMITS))


@pytest.mark.parametrize("program", ["/bin/false", "/bin/true", "/usr/bin/no-such-bwrap"])
def test_a_sandbox_that_cannot_be_set_up_is_found_out_before_anybody_asks(program: str) -> None:
    reason = PageChecks(BrowserSandbox(bubblewrap=program), lambda: b"").availability()
    assert reason and reason.startswith("not available here: the browser's sandbox could not be set up: ")
    assert browsers_of() == []


def test_a_browser_that_does_not_start_is_found_out_too() -> None:
    lacking = BrowserSandbox(Chromium(Path("/bin/false"), None))
    reason = PageChecks(lacking, lambda: b"").availability()
    assert reason and reason.startswith("not available here: the browser ended")


def test_without_the_runtime_no_browser_is_started(tmp_path: Path) -> None:
    backend = PageChecks(BrowserSandbox(), (tmp_path / "runtime.js").read_bytes)
    with pytest.raises(Refused, match="the runtime of pages could not be read: No such file or directory"):
        backend.start(Order({"index.html": b""}, ["index.html"], PAGE_LIMITS))
    assert browsers_of() == []
