"""The system calls a sandboxed program may not make, as a packed BPF program for `bwrap --seccomp`.

A denylist: what programs need is too wide to list, and the namespaces already hide the machine. What is denied is what
reaches kernel code that namespaces do not fence off (io_uring, bpf, keyrings, perf), what makes new namespaces or
mounts, what allocates memory that no limit counts, and what types into somebody else's terminal.
"""

from __future__ import annotations

import errno
import platform
import struct

AUDIT_ARCH_X86_64 = 0xC000003E
X32_BIT = 0x40000000
NEWEST_KNOWN_CALL = 462  # mseal, Linux 6.10; whatever came later answers ENOSYS, as on an older kernel

_LOAD, _EQUAL, _ABOVE, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_CALL, _ARCHITECTURE = 0, 4  # offsets in struct seccomp_data


def _argument(number: int) -> int:
    """Offset of an argument's low half in struct seccomp_data (little endian)."""
    return 16 + 8 * number


# Numbers of x86-64, from asm/unistd_64.h.
CLONE, IOCTL, SOCKET, SOCKETPAIR, SETSOCKOPT, CLONE3, MEMFD_CREATE = 56, 16, 41, 53, 54, 435, 319

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

# ioctl requests: pushing input into a terminal, the console's clipboard, and line disciplines.
TIOCSTI, TIOCLINUX, TIOCSETD = 0x5412, 0x541C, 0x5423
# Any CLONE_NEW* bit; glibc's fork and threads set none of them.
NAMESPACE_FLAGS = 0x7E020000
FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6
SOL_SOCKET, SO_SNDBUF, SO_RCVBUF = 1, 7, 8


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


def program() -> bytes:
    """The filter, as an array of struct sock_filter.

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
    for number in sorted(DENIED.values()):
        steps += [_step(_EQUAL, number, 0, 1), _refuse(errno.EPERM)]
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
    for call in (SOCKET, SOCKETPAIR):
        unix, inet, inet6 = FAMILIES
        steps += _for_call(
            call,
            [
                _step(_LOAD, _argument(0)),
                _step(_EQUAL, unix, 3, 0),
                _step(_EQUAL, inet, 2, 0),
                _step(_EQUAL, inet6, 1, 0),
                _refuse(errno.EAFNOSUPPORT),
                allow,
            ],
        )
    # A larger buffer is silently not given, so that the watchdog can bound what sockets hold by counting them.
    steps += _for_call(
        SETSOCKOPT,
        [
            _step(_LOAD, _argument(1)),
            _step(_EQUAL, SOL_SOCKET, 0, 4),
            _step(_LOAD, _argument(2)),
            _step(_EQUAL, SO_SNDBUF, 1, 0),
            _step(_EQUAL, SO_RCVBUF, 0, 1),
            _refuse(0),
        ],
    )
    return b"".join([*steps, allow])
