"""Every way off the machine, and to what listens on it."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.workers.attacks.conftest import Loosened, made
from workers.sandboxes import watchdog
from workers.sandboxes.bubblewrap import Bubblewrap


@pytest.fixture
def listeners() -> Iterator[tuple[int, int, str]]:
    """The host's own: a TCP port and a UDP port on the loopback, and an abstract Unix socket."""
    with ExitStack() as stack:
        stream = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        datagrams = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        datagrams.bind(("127.0.0.1", 0))
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        name = f"sparkroom-{secrets.token_hex()}"
        abstract.bind(f"\0{name}")
        abstract.listen()
        yield stream.getsockname()[1], datagrams.getsockname()[1], name


def test_what_listens_on_the_host_cannot_be_reached(
    backend: Bubblewrap,
    loosened: Loosened,
    listeners: tuple[int, int, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream, datagrams, name = listeners
    program = f"""
import socket
def send():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        ours.connect(("127.0.0.1", {datagrams}))
        ours.send(b"x")
        ours.setblocking(False)
        # A refusal comes back at once on the loopback.
        try: ours.recv(1)
        except BlockingIOError: pass
tell([attempt(socket.create_connection, ("127.0.0.1", {stream}), 2), attempt(send),
    attempt(socket.socket(socket.AF_UNIX).connect, "\\0{name}")])"""
    assert made(backend, program).told == ["ECONNREFUSED"] * 3
    # The host's sockets, which then are the sandbox's, may be more than a program may have.
    monkeypatch.setattr(watchdog, "SOCKETS", 1_000_000)
    assert made(loosened({("--unshare-net",): ()}), program).told == ["done"] * 3


def test_nothing_beyond_the_machine_can_be_reached(backend: Bubblewrap) -> None:
    program = """
import socket
def send(family, address):
    with socket.socket(family, socket.SOCK_DGRAM) as ours: ours.sendto(b"x", address)
def connect(family, address):
    with socket.socket(family) as ours:
        ours.settimeout(2)
        ours.connect(address)
places = [(socket.AF_INET, ("192.0.2.1", 53)), (socket.AF_INET, ("169.254.169.254", 80)),
    (socket.AF_INET, ("10.0.0.1", 80)), (socket.AF_INET, ("224.0.0.1", 80)), (socket.AF_INET6, ("2001:db8::1", 80)),
    (socket.AF_INET6, ("ff02::1", 80, 0, 1))]
tell([attempt(call, *place) for place in places for call in (send, connect)]
    + [attempt(socket.getaddrinfo, "example.org", 80), sorted(name for _, name in socket.if_nameindex())
       if attempt(socket.if_nameindex) == "done" else [line.split(":")[0].strip()
       for line in open("/proc/net/dev").readlines()[2:]]])"""
    *attempts, name, devices = made(backend, program).told
    assert set(attempts) <= {"ENETUNREACH", "EADDRNOTAVAIL", "EACCES", "ECONNREFUSED", "EINVAL"}, attempts
    assert name != "done"
    # Tunnel devices that some kernels put into every namespace are down, and only root may raise them.
    assert "lo" in devices and not [device for device in devices if device.startswith(("eth", "en", "wl", "veth"))]


FAMILIES = """
import socket
made = set()
for family in range(64):
    for kind in (1, 2, 3, 5):
        if attempt(socket.socket, family, kind, 0) == "done": made.add(family)
tell(sorted(made))"""


def test_only_the_families_that_programs_use_are_there(backend: Bubblewrap, unfiltered: Bubblewrap) -> None:
    """A network namespace does not fence off vsock, and packet, netlink and crypto sockets have a record of holes."""
    assert made(backend, FAMILIES).told == [socket.AF_UNIX, socket.AF_INET, socket.AF_INET6]
    assert socket.AF_NETLINK in made(unfiltered, FAMILIES).told
    program = """
import socket
tell([attempt(socket.socket, family, kind) for family, kind in
    ((socket.AF_VSOCK, 1), (socket.AF_NETLINK, 3), (socket.AF_PACKET, 3), (socket.AF_ALG, 5), (socket.AF_BLUETOOTH, 3))]
    + [attempt(socket.socketpair, 40, 1), attempt(socket.socketpair, 30, 1)])"""
    assert made(backend, program).told == ["EAFNOSUPPORT"] * 7


def test_vsock_is_a_way_off_the_machine(backend: Bubblewrap, unfiltered: Bubblewrap) -> None:
    program = "import socket; tell(attempt(socket.socket, 40, 1))"
    assert made(backend, program).told == "EAFNOSUPPORT"
    with ExitStack() as stack:
        try:
            stack.enter_context(socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM))
        except OSError as error:
            expected = {"EAFNOSUPPORT"} if error.errno else {"done"}
        else:
            expected = {"done"}
    # With the network namespace alone it is as much there as on the host.
    assert made(unfiltered, program).told in expected


PROTOCOLS = """
import socket
def option(kind, level, name, value):
    with socket.socket(socket.AF_INET, kind) as ours: ours.setsockopt(level, name, value)
def urgent():
    one, other = socket.socketpair()
    one.send(b"x", socket.MSG_OOB)
raw, sctp, mptcp, udplite, espinudp = 3, 132, 262, 136, 2
tell({"raw": attempt(socket.socket, 2, raw, 1), "ping": attempt(socket.socket, 2, 2, 1),
    "sctp": attempt(socket.socket, 2, 1, sctp), "mptcp": attempt(socket.socket, 2, 1, mptcp),
    "udplite": attempt(socket.socket, 2, 2, udplite), "dccp": attempt(socket.socket, 2, 6, 0),
    "ulp": attempt(option, 1, 6, 31, b"tls"), "encapsulation": attempt(option, 2, 17, 100, espinudp),
    "urgent": attempt(urgent)})"""


def test_rare_protocols_are_out_of_reach(backend: Bubblewrap, unfiltered: Bubblewrap) -> None:
    assert made(backend, PROTOCOLS).told == {
        "raw": "ESOCKTNOSUPPORT",
        "dccp": "ESOCKTNOSUPPORT",
        **dict.fromkeys(("ping", "sctp", "mptcp", "udplite"), "EPROTONOSUPPORT"),
        **dict.fromkeys(("ulp", "encapsulation"), "ENOPROTOOPT"),
        "urgent": "ENOTSUP",
    }
    without = made(unfiltered, PROTOCOLS).told
    # Which of the others are there depends on the kernel; none is refused by the same words.
    assert without["urgent"] in ("done", "ENOTSUP")
    assert without["raw"] == "EPERM" and without["ulp"] != "ENOPROTOOPT"


def test_its_own_loopback_works(backend: Bubblewrap) -> None:
    program = """
import socket
with socket.create_server(("localhost", 0)) as server:
    client = socket.create_connection(server.getsockname())
    server.accept()[0].sendall(b"hello")
    tell(client.recv(5).decode())"""
    assert made(backend, program).told == "hello"
