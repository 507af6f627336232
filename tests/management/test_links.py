"""`manage.py links`: an owner's lost link is replaced by the operator."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from ide.domain.access import make_token
from ide.store import rooms
from ide.wire.codes import Role
from tests.peer import call, dial, join, new_room
from tests.stack import ROOT, Stack, free_port


def links(stack: Stack, *arguments: str) -> dict[str, str]:
    """What the operator reads beside a running server: a link for each role."""
    done = subprocess.run(
        [sys.executable, "manage.py", "links", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SPARKROOM_DATA": str(stack.data), "PORT": str(stack.port)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return dict(map(str.split, done.stdout.splitlines()))


async def test_the_operator_reads_a_rooms_links(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    assert links(sparkroom, room["id"]) == room["links"]


async def test_a_new_owner_link_ends_the_lost_one_at_once(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room, "owner") as finder, join(sparkroom, room) as editor:
        renewed = links(sparkroom, room["id"], "--new", "owner")
        assert (await finder.until_closed())[0] == 4401
        assert editor.closed is None
    assert renewed["edit"] == room["links"]["edit"]
    async with dial(sparkroom, room, token=room["tokens"]["owner"], epoch="x") as late:
        assert (await late.until_closed())[0] == 4401
    owner = renewed["owner"].partition("#")[2]
    assert await call(sparkroom, "GET", f"/api/rooms/{room['id']}/links", token=owner)


@pytest.fixture
def nothing_runs(transactional_db: None, settings: Settings) -> None:
    settings.HOST, settings.PORT = "127.0.0.1", free_port()


def test_a_link_is_replaced_while_no_server_runs(nothing_runs: None, settings: Settings) -> None:
    room = rooms.create("Lost")
    said, warned = io.StringIO(), io.StringIO()
    call_command("links", room.id, new="owner", origin="https://rooms.example/", stdout=said, stderr=warned)
    token = make_token(settings.SECRET_KEY, room.id, Role.OWNER, 2)
    assert said.getvalue().splitlines()[0].split() == ["owner", f"https://rooms.example/r/{room.id}#{token}"]
    assert "No server runs at" in warned.getvalue()


def test_a_room_that_is_not_there_is_said_in_one_line(nothing_runs: None) -> None:
    with pytest.raises(CommandError, match=r"^There is no room 'nowhere' in this database\.$"):
        call_command("links", "nowhere")
