"""Who may do what in a room, as its owners decide it, and how that reaches open sockets."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

import aiohttp
import pytest

from ide.wire.frames import EMPTY_UPDATE, Step
from tests.peer import Peer, Refused, call, dial, join, new_room
from tests.stack import Stack


class Visitor:
    """A browser: what it is in the room hangs on its cookie."""

    def __init__(self, stack: Stack, room: dict[str, Any], session: aiohttp.ClientSession) -> None:
        self.room = room
        self._stack = stack
        self._session = session

    async def call(self, method: str, path: str, body: object = None, status: int = 200, **headers: str) -> Any:
        """Call the API below the room."""
        address = f"/api/rooms/{self.room['id']}{path}"
        async with self._session.request(method, address, json=body, headers=headers) as answer:
            text = await answer.text()
            assert answer.status == status, f"{method} {path}: {answer.status} {text[:300]}"
            return json.loads(text) if text else None

    async def enter(self, role: str) -> None:
        """Open one of the room's links."""
        await self.call("POST", "/session", {"token": self.room["tokens"][role]})

    def here(self) -> AbstractAsyncContextManager[Peer]:
        """Open a socket, in sync with the room."""
        return join(self._stack, self.room, "owner", headers=self._headers)

    def knock(self) -> AbstractAsyncContextManager[Peer]:
        """Open a socket that the server may refuse."""
        return dial(self._stack, self.room, "owner", headers=self._headers)

    @property
    def _headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in self._session.cookie_jar)
        return {"Cookie": cookies, "Origin": self._stack.base_url}


@pytest.fixture
async def room(sparkroom: Stack) -> dict[str, Any]:
    return await new_room(sparkroom)


@pytest.fixture
async def visitor(sparkroom: Stack, room: dict[str, Any]) -> AsyncIterator[Callable[..., Awaitable[Visitor]]]:
    """Makes browsers; with a role, ones that came in by its link."""
    async with AsyncExitStack() as stack:

        async def make(role: str | None = None) -> Visitor:
            jar = aiohttp.CookieJar(unsafe=True)
            session = await stack.enter_async_context(aiohttp.ClientSession(sparkroom.base_url, cookie_jar=jar))
            one = Visitor(sparkroom, room, session)
            if role:
                await one.enter(role)
            return one

        yield make


MakeVisitor = Callable[..., Awaitable[Visitor]]


def me(peer: Peer) -> str:
    """The id of the member at this socket."""
    member_id: str = peer.events[0]["member"]["id"]
    return member_id


async def until_role(peer: Peer, member: str, role: str) -> None:
    """Wait until an event says that this member has this role."""

    def told() -> bool:
        return any(
            event["type"] == "member" and event["member"]["id"] == member and event["member"]["role"] == role
            for event in peer.events
        )

    await peer.until(told)


async def test_a_lowered_editor_hears_it_on_the_open_socket_and_writes_no_more(visitor: MakeVisitor) -> None:
    owner, editor = await visitor("owner"), await visitor("edit")
    async with owner.here() as alice, editor.here() as bob:
        await bob.create("a.txt", "one")
        await alice.until_text("a.txt", "one")
        changed = await owner.call("PATCH", f"/members/{me(bob)}", {"role": "viewer"})
        await until_role(bob, me(bob), "viewer")
        assert (changed["role"], changed["here"]) == ("viewer", True)
        await until_role(alice, me(bob), "viewer")
        await bob.send_sync(Step.UPDATE, EMPTY_UPDATE)
        with pytest.raises(Refused, match="role_may_not"):
            await bob.command("say", text="hello")
        await alice.insert("a.txt", 3, " two")
        await bob.until_text("a.txt", "one two")
        await bob.insert("a.txt", 0, "mine ")
        assert (await bob.until_closed())[0] == 4403
        await editor.call("POST", "/messages", {"text": "x"}, 403)
    # The old link does not bring the old role back.
    await editor.enter("edit")
    assert (await editor.call("GET", ""))["role"] == "viewer"
    async with owner.here() as alice:
        assert alice.text("a.txt") == "one two"


async def test_a_raised_viewer_writes_on_the_same_socket(visitor: MakeVisitor) -> None:
    owner, viewer = await visitor("owner"), await visitor("view")
    async with owner.here() as alice, viewer.here() as bob:
        # A stock client keeps what it may not send, and is asked for it later.
        await bob.until(lambda: bob.synced)
        asked_before = bob.sent_frames
        await owner.call("PATCH", f"/members/{me(bob)}", {"role": "editor"})
        await until_role(bob, me(bob), "editor")
        await bob.until(lambda: bob.sent_frames > asked_before)
        await bob.create("b.txt", "mine")
        await alice.until_text("b.txt", "mine")
        await bob.command("say", text="hello")
        await owner.call("PATCH", f"/members/{me(bob)}", {"role": "owner"})
        await until_role(bob, me(bob), "owner")
        await viewer.call("GET", "/links")


@pytest.mark.parametrize("role", ["edit", "view"])
async def test_who_is_removed_is_out_at_once_and_stays_out(sparkroom: Stack, visitor: MakeVisitor, role: str) -> None:
    owner, other = await visitor("owner"), await visitor(role)
    preview = (await other.call("GET", ""))["preview"]
    async with owner.here() as alice, other.here() as bob, other.here() as second:
        bobs = me(bob)
        await bob.be({"user": {"id": bobs, "name": "Bob"}})
        await alice.until(lambda: alice.presence.get(bob.doc.client_id))
        await owner.call("DELETE", f"/members/{bobs}", status=204)
        code, reason = await bob.until_closed()
        await second.until_closed()
        await alice.until(lambda: alice.presence[bob.doc.client_id] is None)
        assert code == 4401
        assert "removed you" in reason

        def told() -> bool:
            last = alice.last("member")
            return last is not None and last["member"]["id"] == bobs and last["member"]["removed"]

        await alice.until(told)
        assert bobs not in {member["id"] for member in (await owner.call("GET", ""))["members"]}
    await other.call("GET", "", status=401)
    for link in ("edit", "view"):
        problem = await other.call("POST", "/session", {"token": other.room["tokens"][link]}, 401)
        assert "removed you" in problem["message"]
    async with other.knock() as refused:
        assert (await refused.until_closed())[0] == 4401
    async with aiohttp.ClientSession() as session, session.get(preview) as answer:
        assert answer.status == 404
        assert "not valid any more" in await answer.text()
    # A link that was made since lets them in.
    revoked = await owner.call("POST", "/tokens/revoke", {"role": "editor"})
    await other.call("POST", "/session", {"token": revoked["token"]})
    async with other.here() as back:
        assert me(back) == bobs


async def test_who_is_away_is_known_and_can_be_removed(sparkroom: Stack, visitor: MakeVisitor) -> None:
    owner, other = await visitor("owner"), await visitor("edit")
    async with other.here() as bob:
        bobs = me(bob)
    async with owner.here() as alice:
        await alice.until(lambda: any(member["id"] == bobs for member in alice.events[0]["state"]["room"]["members"]))
        await owner.call("PATCH", f"/members/{bobs}", {"role": "viewer"})
        await until_role(alice, bobs, "viewer")
        await owner.call("DELETE", f"/members/{bobs}", status=204)
        await alice.until(lambda: (alice.last("member") or {"member": {"removed": False}})["member"]["removed"])
    await other.call("GET", "", status=401)


async def test_the_last_owner_stays_and_a_member_without_a_browser_ends_with_the_link(
    sparkroom: Stack, visitor: MakeVisitor
) -> None:
    owner = await visitor("owner")
    async with owner.here() as alice, join(sparkroom, owner.room) as script:
        for method, body in (("DELETE", None), ("PATCH", {"role": "editor"})):
            problem = await owner.call(method, f"/members/{me(alice)}", body, 409)
            assert "at least one owner" in problem["message"]
            problem = await owner.call(method, f"/members/{me(script)}", body, 409)
            assert "replace that link" in problem["message"]
            await owner.call(method, "/members/nosuchmember22", body, 404)
        assert alice.closed is None
        assert script.closed is None


async def test_an_owner_who_replaces_the_owners_links_stays_in(visitor: MakeVisitor) -> None:
    owner, other = await visitor("owner"), await visitor("owner")
    previews = [(await each.call("GET", ""))["preview"] for each in (owner, other)]
    async with owner.here() as alice, other.here() as bob, aiohttp.ClientSession() as session:
        await owner.call("POST", "/tokens/revoke", {"role": "owner"})
        pages = [await (await session.get(address)).text() for address in previews]
        assert ["not valid any more" in page for page in pages] == [False, True]
        assert (await bob.until_closed())[0] == 4401
        await alice.command("say", text="still here")
        links = await owner.call("GET", "/links")
        # Whose link was lost gets the new one from another owner's session.
        other.room["tokens"]["owner"] = links["owner"].partition("#")[2]
        await other.enter("owner")
        await other.call("GET", "/links")


@pytest.mark.parametrize("role", ["edit", "view", None])
async def test_only_owners_decide(sparkroom: Stack, visitor: MakeVisitor, role: str | None) -> None:
    owner, other, foreign = await visitor("owner"), await visitor(role), await new_room(sparkroom)
    asked = await (await visitor()).call("POST", "/requests", {}, 202)
    status = 403 if role else 401
    async with owner.here() as alice:
        for method, path, body in (
            ("PATCH", f"/members/{me(alice)}", {"role": "owner"}),
            ("DELETE", f"/members/{me(alice)}", None),
            ("GET", "/requests", None),
            ("POST", f"/requests/{asked['id']}/answer", {"role": "owner"}),
            ("POST", "/tokens/revoke", {"role": "viewer"}),
            ("GET", "/links", None),
        ):
            await other.call(method, path, body, status)
            token = foreign["tokens"]["owner"]
            await call(sparkroom, method, f"/api/rooms/{owner.room['id']}{path}", body, token=token, status=401)
            if method != "GET":
                await owner.call(method, path, body, 401, Origin="http://evil.example")
    assert [request["id"] for request in await owner.call("GET", "/requests")] == [asked["id"]]


async def test_p4_a_viewer_writes_nothing_by_any_frame(visitor: MakeVisitor) -> None:
    owner = await visitor("owner")
    async with owner.here() as alice:
        await alice.create("a.txt", "kept")
        update = alice.doc.get_update()
        for step in (Step.UPDATE, Step.MISSING):
            viewer = await visitor("view")
            async with viewer.here() as bob:
                await bob.send_sync(Step.STATE_VECTOR, bob.doc.get_state())
                await bob.send_sync(step, EMPTY_UPDATE)
                await bob.be({"user": {"name": "Bob"}})
                await alice.until(lambda bob=bob: alice.presence.get(bob.doc.client_id))  # type: ignore[misc]
                await bob.send_sync(step, update)
                assert (await bob.until_closed())[0] == 4403


@pytest.mark.parametrize("role", ["editor", "viewer", "owner"])
async def test_who_asks_is_let_in_by_an_owner(visitor: MakeVisitor, role: str) -> None:
    owner, stranger = await visitor("owner"), await visitor()
    async with owner.here() as alice:
        asked = await stranger.call("POST", "/requests", {"name": " Ada\u202e "}, 202)
        assert (asked["state"], asked["owner_here"]) == ("waiting", True)
        event = await alice.until(lambda: alice.last("request"))
        assert (event["state"], event["request"]["id"], event["request"]["name"]) == ("waiting", asked["id"], "Ada")
        assert (await stranger.call("POST", "/requests", {"name": "Eve"}, 202))["id"] == asked["id"]
        await stranger.call("GET", "", status=401)
        # It survives a reload of the owner's page.
        async with owner.here() as again:
            assert [request["name"] for request in again.events[0]["state"]["requests"]] == ["Ada"]
        await owner.call("POST", f"/requests/{asked['id']}/answer", {"role": role})
        answered = await alice.until(lambda: _answered(alice))
        assert (answered["state"], answered["role"]) == ("admitted", role)
        assert (await stranger.call("GET", f"/requests/{asked['id']}"))["state"] == "admitted"
        await owner.call("POST", f"/requests/{asked['id']}/answer", {"role": "owner"}, 409)
        async with stranger.here() as bob:
            assert (bob.events[0]["member"]["name"], bob.events[0]["member"]["role"]) == ("Ada", role)


async def test_who_is_declined_stays_out(visitor: MakeVisitor) -> None:
    owner, stranger, other = await visitor("owner"), await visitor(), await visitor()
    asked = await stranger.call("POST", "/requests", {}, 202)
    assert asked["owner_here"] is False
    path = f"/requests/{asked['id']}"
    await other.call("GET", path, status=404)
    await other.call("POST", "/requests", {}, 202)
    await other.call("GET", path, status=404)
    await owner.call("POST", f"{path}/answer", {"role": None})
    state = await stranger.call("GET", path)
    assert state["state"] == "declined"
    assert state["again_at"] > 0
    assert (await stranger.call("POST", "/requests", {}, 202))["state"] == "declined"
    await stranger.call("GET", "", status=401)
    assert len(await owner.call("GET", "/requests")) == 1


async def test_a_viewer_asks_to_write_and_hears_the_answer_in_the_room(visitor: MakeVisitor) -> None:
    owner, viewer, editor = await visitor("owner"), await visitor("view"), await visitor("edit")
    await editor.call("POST", "/requests", {}, 409)
    async with viewer.here() as bob:
        asked = await viewer.call("POST", "/requests", {}, 202)
        event = await bob.until(lambda: bob.last("request"))
        assert event["request"]["member"] == me(bob)
        await owner.call("POST", f"/requests/{asked['id']}/answer", {"role": "editor"})
        await until_role(bob, me(bob), "editor")
        await bob.create("a.txt", "mine")
        await bob.until(lambda: bob.saved == bob.sent_frames)


async def test_who_comes_in_by_a_link_does_not_wait_any_more(visitor: MakeVisitor) -> None:
    owner, stranger = await visitor("owner"), await visitor()
    async with owner.here() as alice:
        await stranger.call("POST", "/requests", {}, 202)
        await stranger.enter("edit")
        await alice.until(lambda: (alice.last("request") or {}).get("state") == "withdrawn")
    assert await owner.call("GET", "/requests") == []


async def test_asking_needs_a_room_and_the_rooms_own_page(visitor: MakeVisitor) -> None:
    stranger = await visitor()
    await stranger.call("POST", "/requests", {}, 401, Origin="http://evil.example")
    await stranger.call("POST", "/requests", {"name": "x" * 41}, 400)
    stranger.room["id"] = "nosuchroom2345"
    await stranger.call("POST", "/requests", {}, 404)


async def test_who_was_removed_may_ask_and_be_let_in_again(visitor: MakeVisitor) -> None:
    owner, other = await visitor("owner"), await visitor("edit")
    async with other.here() as bob:
        bobs = me(bob)
        await owner.call("DELETE", f"/members/{bobs}", status=204)
        await bob.until_closed()
    asked = await other.call("POST", "/requests", {}, 202)
    [request] = await owner.call("GET", "/requests")
    assert (request["member"], request["removed"]) == (bobs, True)
    await owner.call("POST", f"/requests/{asked['id']}/answer", {"role": "viewer"})
    async with other.here() as back:
        assert (me(back), back.events[0]["member"]["role"]) == (bobs, "viewer")
        await owner.call("PATCH", f"/members/{bobs}", {"role": "editor"})
        await until_role(back, bobs, "editor")


def _answered(peer: Peer) -> dict[str, Any] | None:
    event = peer.last("request")
    return event if event and event["state"] != "waiting" else None
