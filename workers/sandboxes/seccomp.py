"""The system calls a sandboxed program may not make, as a packed BPF program for `bwrap --seccomp`.

A denylist: what programs need is too wide to list, and the namespaces already hide the machine. What is denied is what
reaches kernel code that namespaces do not fence off (io_uring, bpf, keyrings, perf), what makes new namespaces or
mounts, what allocates memory that no limit counts, and what types into somebody else's terminal.
"""

from __future__ import annotations

import errno
import platform
import struct
from collections.abc import Sequence

AUDIT_ARCH_X86_64 = 0xC000003E
X32_BIT = 0x40000000
NEWEST_KNOWN_CALL = 462  # mseal, Linux 6.10; whatever came later answers ENOSYS, as on an older kernel

_LOAD, _AND, _EQUAL, _ABOVE, _ANY_BIT, _RETURN = 0x20, 0x54, 0x15, 0x25, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_CALL, _ARCHITECTURE = 0, 4  # offsets in struct seccomp_data


def _argument(number: int) -> int:
    """Offset of an argument's low half in struct seccomp_data (little endian)."""
    return 16 + 8 * number


# Numbers of x86-64, from asm/unistd_64.h.
CLONE, IOCTL, SOCKET, SOCKETPAIR, SETSOCKOPT, CLONE3, MEMFD_CREATE = 56, 16, 41, 53, 54, 435, 319
# call → its number, and which of its arguments holds the flags
SENDING = {"sendto": (44, 3), "sendmsg": (46, 2), "sendmmsg": (307, 3)}
# An access list is 64 kB of kernel memory a file that neither its tmpfs nor a cgroup counts.
ATTRIBUTES = {"setxattr": 188, "lsetxattr": 189, "fsetxattr": 190}

DENIED = {
    # Namespaces and mounts.
    "pivot_root": 155,
    "chroot": 161,
    "mount": 165,
    "umount2": 166,
    "unshare": 272,
    "setns": 308,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "mount_setattr": 442,
    "statmount": 457,
    "listmount": 458,
    # Other processes' memory and descriptors.
    "ptrace": 101,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "kcmp": 312,
    "pidfd_getfd": 438,
    "process_madvise": 440,
    # Kernel interfaces with a record of holes.
    "modify_ldt": 154,
    "remap_file_pages": 216,
    "lookup_dcookie": 212,
    "mbind": 237,
    "set_mempolicy": 238,
    "get_mempolicy": 239,
    "add_key": 248,
    "request_key": 249,
    "keyctl": 250,
    "migrate_pages": 256,
    "vmsplice": 278,
    "move_pages": 279,
    "perf_event_open": 298,
    "fanotify_init": 300,
    "name_to_handle_at": 303,
    "open_by_handle_at": 304,
    "bpf": 321,
    "userfaultfd": 323,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "set_mempolicy_home_node": 450,
    # Memory that is nobody's resident set.
    "shmget": 29,
    "shmat": 30,
    "shmctl": 31,
    "semget": 64,
    "semop": 65,
    "semctl": 66,
    "shmdt": 67,
    "msgget": 68,
    "msgsnd": 69,
    "msgrcv": 70,
    "msgctl": 71,
    "semtimedop": 220,
    "mq_open": 240,
    "memfd_create": MEMFD_CREATE,
    "memfd_secret": 447,
    # One budget for the whole machine.
    "io_setup": 206,
    # Administration. No capability would allow these; a hole in a check might.
    "syslog": 103,
    "uselib": 134,
    "personality": 135,
    "ustat": 136,
    "sysfs": 139,
    "vhangup": 153,
    "_sysctl": 156,
    "acct": 163,
    "swapon": 167,
    "swapoff": 168,
    "reboot": 169,
    "adjtimex": 159,
    "settimeofday": 164,
    "sethostname": 170,
    "setdomainname": 171,
    "clock_settime": 227,
    "clock_adjtime": 305,
    "iopl": 172,
    "ioperm": 173,
    "create_module": 174,
    "init_module": 175,
    "delete_module": 176,
    "quotactl": 179,
    "nfsservctl": 180,
    "kexec_load": 246,
    "finit_module": 313,
    "kexec_file_load": 320,
    "quotactl_fd": 443,
}

# What a browser's own sandbox is made of, and the memory that its processes share; the network it has is its own.
BROWSERS_OWN = frozenset({"unshare", "chroot", "memfd_create"})

# ioctl requests: pushing input into a terminal, the console's clipboard, and line disciplines.
TIOCSTI, TIOCLINUX, TIOCSETD = 0x5412, 0x541C, 0x5423
# Any CLONE_NEW* bit; glibc's fork and threads set none of them.
NAMESPACE_FLAGS = 0x7E020000
AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
# Of the internet's: SOCK_STREAM and SOCK_DGRAM, over the default, TCP or UDP. Others bring in whole protocols.
TYPES, TYPE_BITS, PROTOCOLS = (1, 2), 0xF, (0, 6, 17)
SOL_SOCKET, SO_SNDBUF, SO_RCVBUF = 1, 7, 8
IPPROTO_TCP, TCP_ULP, IPPROTO_UDP, UDP_ENCAP = 6, 31, 17, 100
MSG_OOB = 1


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """One struct sock_filter."""
    return struct.pack("<HBBI", code, if_true, if_false, value)


def _refuse(number: int) -> bytes:
    """Answer the call with this errno."""
    return _step(_RETURN, _ERRNO | number)


def _for_call(number: int, body: list[bytes]) -> list[bytes]:
    """Run `body` for this call only. The call's number is loaded before and after."""
    steps = [*body, _step(_LOAD, _CALL)]
    return [_step(_EQUAL, number, 0, len(steps)), *steps]


def _unless(values: Sequence[int], body: list[bytes]) -> list[bytes]:
    """Run `body` if what is loaded is none of `values`."""
    last = len(values) - 1
    tests = [_step(_EQUAL, value, last - place + len(body)) for place, value in enumerate(values)]
    return [*tests, *body]


def _for_option(level: int, options: Sequence[int], answer: int) -> list[bytes]:
    """Answer setsockopt for any of these options with this errno."""
    refuse = _refuse(answer)
    # What is left over of the options falls through to the loading of the call's number.
    chosen = [step for option in options for step in (_step(_EQUAL, option, 0, 1), refuse)]
    body = [_step(_LOAD, _argument(1)), _step(_EQUAL, level, 0, 1 + len(chosen)), _step(_LOAD, _argument(2)), *chosen]
    return _for_call(SETSOCKOPT, body)


def program(browser: bool = False) -> bytes:
    """The filter, as an array of struct sock_filter. For a `browser` it leaves out what its own sandbox is made of.

    Raises NotImplementedError on a processor other than x86-64: the numbers above are its own.
    """
    if platform.machine() != "x86_64":
        raise NotImplementedError(f"no system call filter for {platform.machine()}")
    allow = _step(_RETURN, _ALLOW)
    steps = [
        # Another architecture's calls (int 0x80, x32) have other numbers, which this list does not know.
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, AUDIT_ARCH_X86_64, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _CALL),
        _step(_ANY_BIT, X32_BIT, 0, 1),
        _step(_RETURN, _KILL),
        _step(_ABOVE, NEWEST_KNOWN_CALL, 0, 1),
        _refuse(errno.ENOSYS),
        # Its flags lie in memory, where a filter cannot look; libraries fall back to clone.
        _step(_EQUAL, CLONE3, 0, 1),
        _refuse(errno.ENOSYS),
    ]
    allowed = BROWSERS_OWN if browser else frozenset[str]()
    for number in sorted(number for name, number in DENIED.items() if name not in allowed):
        steps += [_step(_EQUAL, number, 0, 1), _refuse(errno.EPERM)]
    if not browser:
        steps += _for_call(
            CLONE,
            [_step(_LOAD, _argument(0)), _step(_ANY_BIT, NAMESPACE_FLAGS, 0, 1), _refuse(errno.EPERM)],
        )
    steps += _for_call(
        IOCTL,
        [
            _step(_LOAD, _argument(1)),
            _step(_EQUAL, TIOCSTI, 2, 0),
            _step(_EQUAL, TIOCLINUX, 1, 0),
            _step(_EQUAL, TIOCSETD, 0, 1),
            _refuse(errno.EPERM),
        ],
    )
    for number in ATTRIBUTES.values():
        steps += [_step(_EQUAL, number, 0, 1), _refuse(errno.EOPNOTSUPP)]
    for call in (SOCKET, SOCKETPAIR):
        steps += _for_call(
            call,
            [
                _step(_LOAD, _argument(0)),
                _step(_EQUAL, AF_UNIX, 0, 1),
                allow,
                *_unless((AF_INET, AF_INET6), [_refuse(errno.EAFNOSUPPORT)]),
                _step(_LOAD, _argument(1)),
                _step(_AND, TYPE_BITS),
                *_unless(TYPES, [_refuse(errno.ESOCKTNOSUPPORT)]),
                _step(_LOAD, _argument(2)),
                *_unless(PROTOCOLS, [_refuse(errno.EPROTONOSUPPORT)]),
                allow,
            ],
        )
    # Urgent data over Unix sockets has a record of holes, and nobody uses it.
    for number, flags in SENDING.values():
        urgent = [_step(_LOAD, _argument(flags)), _step(_ANY_BIT, MSG_OOB, 0, 1), _refuse(errno.EOPNOTSUPP)]
        steps += _for_call(number, urgent)
    # A larger buffer is silently not given, so that the watchdog can bound what sockets hold by counting them.
    steps += _for_option(SOL_SOCKET, (SO_SNDBUF, SO_RCVBUF), 0)
    steps += _for_option(IPPROTO_TCP, (TCP_ULP,), errno.ENOPROTOOPT)
    steps += _for_option(IPPROTO_UDP, (UDP_ENCAP,), errno.ENOPROTOOPT)
    return b"".join([*steps, allow])
