"""The kernel's own back doors: each call is really made, and most of them work without the filter."""

from __future__ import annotations

from tests.workers.attacks.conftest import Loosened, made
from workers.sandboxes import seccomp
from workers.sandboxes.bubblewrap import Bubblewrap

SIGSYS, SIGSEGV = 31, 11


def test_every_denied_call_is_denied(backend: Bubblewrap) -> None:
    program = f"tell({{name: attempt(system_call, number, *[-1] * 6) for name, number in {seccomp.DENIED!r}.items()}})"
    answers = made(backend, program).told
    assert len(answers) == len(seccomp.DENIED) > 70
    assert {name: answer for name, answer in answers.items() if answer != "EPERM"} == {}


def test_calls_that_the_filter_does_not_know_are_not_there(backend: Bubblewrap, unfiltered: Bubblewrap) -> None:
    setxattrat, file_getattr, clone3 = 463, 468, 435
    program = f"""
tell([attempt(system_call, number, -1, 0, 0, 0, 0, 0)
    for number in ({setxattrat}, {file_getattr}, {seccomp.NEWEST_KNOWN_CALL + 1}, 600, 4_000, {clone3})])"""
    assert made(backend, program).told == ["ENOSYS"] * 6
    assert made(unfiltered, program).told[-1] in ("EINVAL", "EFAULT")


CALLS = """
import ctypes
room = ctypes.create_string_buffer(4096)
attributes = ctypes.create_string_buffer(128)
# perf_event_attr: software, 128 bytes, the processor's clock, disabled, neither kernel nor hypervisor
attributes[0:8] = (1).to_bytes(4, "little") + (128).to_bytes(4, "little")
attributes[40] = 0b1100001
process = os.getpid()
tell({
    "io_uring_setup": attempt(system_call, 425, 4, ctypes.create_string_buffer(120)),
    "userfaultfd": attempt(system_call, 323, 1),
    "keyctl": attempt(system_call, 250, 0, -3, 1),
    "add_key": attempt(system_call, 248, b"user\\0", b"name\\0", b"secret", 6, -4),
    "perf_event_open": attempt(system_call, 298, attributes, 0, -1, -1, 0),
    "personality": attempt(system_call, 135, 0x0040000),
    "modify_ldt": attempt(system_call, 154, 0, room, 4096),
    "process_vm_readv": attempt(system_call, 310, process, 0, 0, 0, 0, 0),
    "kcmp": attempt(system_call, 312, process, process, 1, 0, 0),
    "io_setup": attempt(system_call, 206, 10, ctypes.create_string_buffer(8)),
    "ptrace": attempt(system_call, 101, 0, 0, 0, 0),
    "memfd_create": attempt(system_call, 319, b"name\\0", 0),
    "name_to_handle_at": attempt(system_call, 303, -100, b"/usr\\0", (128).to_bytes(4, "little") + bytes(140), room, 0),
    "statmount": attempt(system_call, 457, 0, 0, 0, 0),
})"""


def test_calls_with_a_record_of_holes(backend: Bubblewrap, unfiltered: Bubblewrap) -> None:
    assert set(made(backend, CALLS).told.values()) == {"EPERM"}
    without = made(unfiltered, CALLS).told
    works = {name for name, answer in without.items() if answer == "done"}
    # What any kernel has; the others depend on how it was built and set up.
    assert works >= {"personality", "modify_ldt", "ptrace", "memfd_create", "process_vm_readv"}, without


def test_io_uring_goes_round_the_filter(backend: Bubblewrap, loosened: Loosened) -> None:
    """What a ring does for a program is no system call of its own, so that no filter sees it."""
    program = "import ctypes; tell(attempt(system_call, 425, 4, ctypes.create_string_buffer(120)))"
    assert made(backend, program).told == "EPERM"
    # A ring is locked memory as well, of which there is none.
    without = loosened({("--seccomp", None): (), ("--memlock=0",): ()})
    # ENOSYS, EPERM: a kernel without it, or one that has it switched off.
    assert made(without, program).told in ("done", "ENOSYS", "EPERM")


def test_one_sandbox_cannot_use_up_the_machines_asynchronous_requests(
    backend: Bubblewrap, unfiltered: Bubblewrap
) -> None:
    program = """
import ctypes
tell([attempt(system_call, 206, 5_000, ctypes.create_string_buffer(8)), int(open("/proc/sys/fs/aio-nr").read())])"""
    assert made(backend, program).told[0] == "EPERM"
    went, taken = made(unfiltered, program).told
    assert (went, taken >= 5_000) == ("done", True)


NAMESPACES = """
kinds = {"mount": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000,
    "pid": 0x20000000, "net": 0x40000000}
def unshare(flags):
    if os.fork() == 0:
        went = attempt(system_call, 272, flags)
        os.write(write, went.encode())
        os._exit(0)
    os.wait()
    return os.read(read, 99).decode()
def clone(flags):
    try: child = system_call(56, flags | 17, 0, 0, 0, 0)
    except OSError as error: return __import__("errno").errorcode[error.errno]
    if child == 0: os._exit(0)
    os.wait()
    return "done"
read, write = os.pipe()
tell([{name: call(flags | (0 if name == "user" else others)) for name, flags in kinds.items()}
    for call in (unshare, clone) for others in (0, 0x10000000)])"""


def test_nested_namespaces(backend: Bubblewrap, loosened: Loosened, unfiltered: Bubblewrap) -> None:
    """They make any program root over a part of the kernel. Two measures stop them, each of which is enough."""
    for answers in made(backend, NAMESPACES).told:
        assert set(answers.values()) == {"EPERM"}
    nested_allowed = loosened({("--disable-userns",): ()})
    for answers in made(nested_allowed, NAMESPACES).told:
        assert set(answers.values()) == {"EPERM"}
    for answers in made(unfiltered, NAMESPACES).told:
        assert "done" not in answers.values() and answers["user"] == "ENOSPC"
    neither = made(loosened({("--disable-userns",): (), ("--seccomp", None): ()}), NAMESPACES).told
    assert [set(neither[place].values()) for place in (1, 3)] == [{"done"}, {"done"}]


# mov eax, 20 (getpid); int 0x80; ret
INTERRUPT = """
import ctypes, mmap
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(bytes.fromhex("b814000000cd80c3"))
call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
tell(call() == os.getpid())"""


def test_32_bit_calls_have_other_numbers(backend: Bubblewrap, unfiltered: Bubblewrap) -> None:
    assert made(backend, INTERRUPT).ended.exit_code == 128 + SIGSYS
    without = made(unfiltered, INTERRUPT)
    # Some kernels do not have them.
    assert without.ended.exit_code == 128 + SIGSEGV or without.told is True


def test_x32_calls_have_other_numbers(backend: Bubblewrap, unfiltered: Bubblewrap) -> None:
    program = f"tell(attempt(system_call, {seccomp.X32_BIT | 39}))"
    assert made(backend, program).ended.exit_code == 128 + SIGSYS
    assert made(unfiltered, program).told in ("done", "ENOSYS")
    # A number with every bit set, which a filter might take for a small one.
    assert made(backend, "tell(attempt(system_call, -1))").ended.exit_code == 128 + SIGSYS


def test_the_filter_cannot_be_taken_off(backend: Bubblewrap) -> None:
    """Another one may be added by anybody; the strictest answer counts, for new programs too."""
    program = """
import ctypes, struct, subprocess, sys
allow = struct.pack("<HBBI", 6, 0, 0, 0x7FFF0000)
steps = ctypes.create_string_buffer(allow)
filter = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", 1, ctypes.addressof(steps)))
added = attempt(system_call, 317, 1, 0, filter)
again = "from inside import *; tell(attempt(system_call, 425, 4, None))"
tell([added, attempt(system_call, 425, 4, None), subprocess.check_output([sys.executable, "-c", again]).decode()])"""
    assert made(backend, program).told == ["done", "EPERM", '"EPERM"\n']


def test_the_filter_holds_for_every_language(backend: Bubblewrap) -> None:
    status = ["grep", "-E", "^(Seccomp|NoNewPrivs|CapEff|CapBnd|CapAmb):", "/proc/self/status"]
    expected = ["CapEff:", "0", "CapBnd:", "0", "CapAmb:", "0", "NoNewPrivs:", "1", "Seccomp:", "2"]
    for command in (status, ["sh", "-c", " ".join(f"'{word}'" for word in status)]):
        attack = made(backend, command)
        assert [word.lstrip("0") or "0" for word in attack.text.split()] == expected
    script = f"console.log(require('child_process').execFileSync({status[0]!r}, {status[1:]!r}) + '')"
    assert [word.lstrip("0") or "0" for word in made(backend, ["node", "-e", script]).text.split()] == expected
