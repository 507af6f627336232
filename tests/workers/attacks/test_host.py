"""What is the host's or the worker's and not the program's: files, secrets, descriptors, other sandboxes."""

from __future__ import annotations

import os
import secrets
import subprocess
from pathlib import Path

import pytest

from tests.workers.attacks.conftest import Loosened, made, with_tools
from tests.workers.transcript import Transcript, order, processes_with
from workers.sandboxes.arguments import HOME, SCRATCH, SHARED_MEMORY
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.spawner import ORDINARY_ID
from workers.sandboxes.toolchain import Toolchain


def test_the_hosts_files_are_not_there(backend: Bubblewrap, loosened: Loosened, open_folder: Path) -> None:
    secret = open_folder / "database.sqlite3"
    secret.write_text("of the host")
    names = ["/srv/database.sqlite3", str(secret), __file__, str(Path(__file__).parents[3]), "/etc/shadow", "/root",
             "/home/u/../../root", "/var",
             "/run", "/mnt", "/srv", "/boot", "/.dockerenv", "/etc/ssh", "/etc/machine-id", "/proc/1/root/etc/shadow",
             "/proc/1/cwd/../root", "/proc/self/root/root", "/newroot", "/oldroot"]  # fmt: skip
    program = f"""
def follow(name):
    os.symlink(name, "link")
    try: os.listdir("link") if os.path.isdir("link") else open("link").read()
    finally: os.unlink("link")
tell([[attempt(os.stat, name), attempt(follow, name)] for name in {names!r}])"""
    assert made(backend, program).told == [["ENOENT", "ENOENT"]] * len(names)
    bound = loosened({("--dir", "/etc"): ("--dir", "/etc", "--ro-bind", str(open_folder), "/srv")})
    assert made(bound, program).told[0] == ["done", "done"]


def test_the_root_holds_nothing_but_the_sandboxs_own(backend: Bubblewrap) -> None:
    root, settings, home = made(backend, "tell([os.listdir('/'), os.listdir('/etc'), os.listdir('/home')])").told
    assert set(root) <= {"bin", "dev", "etc", "home", "lib", "lib64", "opt", "proc", "sbin", "tmp", "usr"}
    assert set(settings) <= {"alternatives", "ld.so.cache", "passwd", "group", "hosts", "nsswitch.conf"}
    assert home == ["u"]


def test_another_sandboxs_folders_and_processes_are_not_there(backend: Bubblewrap) -> None:
    word = secrets.token_hex()
    transcript = Transcript()
    writer = f"""
for folder in ("/tmp", "/home/u", "/dev/shm"): open(f"{{folder}}/{word}", "w").close()
print("written")
input()"""
    seeker = f"""
places = [place for place in os.listdir("/") if place not in ("usr", "opt", "proc")]
seen = [folder for place in places for folder, _, names in os.walk(f"/{{place}}") if {word!r} in names]
words = b"".join(open(f"/proc/{{number}}/cmdline", "rb").read() for number in os.listdir("/proc") if number.isdigit())
tell([seen, words.count(b"written")])"""
    with backend.start(order(*with_tools(writer))) as sandbox:
        transcript.until(sandbox, "written")
        seen, mentions = made(backend, seeker).told
    assert seen == []
    # Its own command line says it, once in its first process and once in its own.
    assert mentions <= 2


ENVIRONMENTS = """
tell("".join(open(f"/proc/{number}/environ", "rb").read().decode() + repr(dict(os.environ))
    for number in os.listdir("/proc") if number.isdigit()))"""


def test_the_workers_environment_cannot_be_read(
    backend: Bubblewrap, loosened: Loosened, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = secrets.token_hex()
    monkeypatch.setenv("SPARKROOM_SECRET_KEY", secret)
    assert secret not in made(backend, ENVIRONMENTS).told
    # --clearenv is there, and does not help.
    assert secret in made(loosened(environment={"SPARKROOM_SECRET_KEY": secret}), ENVIRONMENTS).told


COMMAND_LINES = """
tell("".join(open(f"/proc/{number}/cmdline", "rb").read().decode()
    for number in os.listdir("/proc") if number.isdigit()))"""


def test_bubblewraps_command_line_tells_nothing_of_the_host(
    backend: Bubblewrap, loosened: Loosened, toolchain: Toolchain
) -> None:
    assert str(toolchain.folder) not in made(backend, COMMAND_LINES).told
    assert str(toolchain.folder) in made(loosened(in_the_open=True), COMMAND_LINES).told


DESCRIPTORS = """
tell(sorted({os.readlink(f"/proc/{number}/fd/{name}").partition(":")[0]
    for number in ("self", "1") for name in os.listdir(f"/proc/{number}/fd")
    if os.path.lexists(f"/proc/{number}/fd/{name}")}))"""


def test_no_descriptor_is_inherited_but_what_is_lent(
    backend: Bubblewrap, loosened: Loosened, open_folder: Path
) -> None:
    secret = open_folder / "secret"
    secret.write_text("of the worker")
    with secret.open() as file:
        os.set_inheritable(file.fileno(), True)
        found = made(backend, DESCRIPTORS).told
    # The first process keeps the archive of files, its standard streams and the bell of its end.
    assert {name for name in found if not name.startswith("/proc/")} <= {"pipe", "anon_inode", "/memfd", "/dev/null"}
    program = """
descriptors = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
tell([open(name).read() for name in descriptors if os.path.lexists(name) and "secret" in os.readlink(name)])"""
    assert made(backend, program).told == []
    assert made(loosened(left_open=[str(secret)]), program).told == ["of the worker"]


def test_the_worker_runs_bubblewrap_as_an_ordinary_user(backend: Bubblewrap) -> None:
    """Root within a namespace that root made is the host's root in many of the kernel's eyes."""
    word, transcript = secrets.token_hex(), Transcript()
    with backend.start(order(f"word = {word!r}; print('ready'); input()")) as sandbox:
        transcript.until(sandbox, "ready")
        owners = {Path(f"/proc/{process}").stat().st_uid for process in processes_with(word)}
    assert len(owners) == 1 and 0 not in owners


def test_nothing_is_mounted_below_what_a_program_can_write(backend: Bubblewrap) -> None:
    """CVE-2026-87766: bubblewrap before 0.12 makes a mount point through the symlinks that it finds on the way."""
    program = """
tell([line.split()[4] for line in open("/proc/self/mountinfo")])"""
    writable = (HOME, SCRATCH, SHARED_MEMORY)
    points = made(backend, program, files={"data": b"x", "folder/file": b"x"}).told
    assert set(writable) <= set(points)
    assert not [point for point in points for folder in writable if point.startswith(f"{folder}/")]


def test_a_mount_point_below_a_symlink_is_made_on_the_host(open_folder: Path) -> None:
    """What the test above keeps from happening, tried with the machine's bubblewrap and a folder of this test's."""
    victim, content = open_folder / "victim", open_folder / "content"
    for folder in (victim, content):
        folder.mkdir()
        folder.chmod(0o777)
    (content / "link").symlink_to(f"/oldroot{victim}")
    own = ORDINARY_ID if os.geteuid() == 0 else None
    command = ["bwrap", "--unshare-user", "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib64", "/lib64",
               "--bind", str(content), HOME, "--dir", f"{HOME}/link/made", "--", "/usr/bin/true"]  # fmt: skip
    subprocess.run(command, user=own, group=own, extra_groups=None if own is None else [], check=False)
    version = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    # 0.12 mended it.
    assert (victim / "made").is_dir() == (tuple(map(int, version.split(".")[:2])) < (0, 12))
