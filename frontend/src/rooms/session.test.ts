// @vitest-environment happy-dom
import "fake-indexeddb/auto";
import { createDecoder, readVarString, readVarUint } from "lib0/decoding";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Awareness, encodeAwarenessUpdate } from "y-protocols/awareness";
import * as Y from "yjs";
import { STEP_1, STEP_2, UPDATE, writeAwareness } from "../wire/frames";
import type { Event } from "../wire/types";
import { otherCopies, readCopy } from "./kept-copy";
import { openSession, type RoomSession } from "./session";
import { member, room, run, state, turn } from "./testing/rows";
import { ServerSocket } from "./testing/server-socket";

const hello: Event = { type: "hello", changed_at: 1_000, seq: 3, member: member(), state: state() };
const NOTHING_HELD = Uint8Array.of(0);
const sessions: RoomSession[] = [];
let rooms = 0;

/** A room of its own for each test, since what a browser keeps goes by the room's name. */
function open(id = `room${rooms}`): RoomSession {
  const session = openSession(room({ id }));
  sessions.push(session);
  return session;
}

/** A session that is level with a server that holds nothing. */
async function openLive(id?: string): Promise<[RoomSession, ServerSocket]> {
  const session = open(id);
  const socket = await ServerSocket.opened(ServerSocket.all.length);
  socket.say(hello);
  socket.sync(STEP_1, NOTHING_HELD);
  socket.sync(STEP_2, Uint8Array.of(0, 0));
  socket.say({ type: "saved", frames: 2 });
  return [session, socket];
}

function write(session: RoomSession, text: string): void {
  session.doc.getText("t").insert(0, text);
}

function textOf(update: Uint8Array | undefined): string {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update ?? NOTHING_HELD);
  return doc.getText("t").toString();
}

beforeEach(() => {
  rooms += 1;
  ServerSocket.install();
});

afterEach(() => {
  for (const session of sessions.splice(0)) {
    session.close();
  }
});

describe("a session", () => {
  it("names its epoch, asks for what it lacks, and says hello with its presence", async () => {
    const [session, socket] = await openLive();
    expect(socket.protocol).toBe("sparkroom.v1");
    expect(new URL(socket.url).search).toBe("?epoch=e1");
    expect(socket.steps()).toEqual([STEP_1, STEP_2]);
    expect(session.state.get()).toMatchObject({ connection: "live", synced: true, saved: true });
    expect(session.awareness.getLocalState()?.user).toMatchObject({ id: "m1", name: "Blue Fox", color: "#3366cc" });
    expect(socket.sent.some(({ type }) => type === 1)).toBe(true);
  });

  it("sends each edit at once and calls it saved when the server does", async () => {
    const [session, socket] = await openLive();
    write(session, "a");
    write(session, "b");
    expect(socket.steps()).toEqual([STEP_1, STEP_2, UPDATE, UPDATE]);
    socket.say({ type: "saved", frames: 3 });
    expect(session.state.get().saved).toBe(false);
    socket.say({ type: "saved", frames: 4 });
    expect(session.state.get().saved).toBe(true);
  });

  it("does not send back what others wrote", async () => {
    const [session, socket] = await openLive();
    const other = new Y.Doc();
    other.getText("t").insert(0, "theirs");
    socket.sync(UPDATE, Y.encodeStateAsUpdate(other));
    expect(session.doc.getText("t").toString()).toBe("theirs");
    expect(socket.steps()).toEqual([STEP_1, STEP_2]);
    expect(session.state.get().saved).toBe(true);
  });

  it("keeps edits made before the server asked for its step 2, which carries them", async () => {
    const session = open();
    write(session, "early");
    const socket = await ServerSocket.opened(0);
    write(session, "very ");
    expect(socket.steps()).toEqual([STEP_1]);
    socket.say(hello);
    socket.sync(STEP_1, NOTHING_HELD);
    expect(session.state.get().saved).toBe(false);
    expect(textOf(socket.sent.find(({ step }) => step === STEP_2)?.content)).toBe("very early");
    socket.say({ type: "saved", frames: 2 });
    expect(session.state.get().saved).toBe(true);
  });

  it("comes back after a lost socket with what was written meanwhile, and asks for the events it missed", async () => {
    const [session, socket] = await openLive();
    write(session, "one ");
    socket.end(1006, "");
    expect(session.state.get()).toMatchObject({ connection: "offline", saved: false });
    write(session, "two ");
    const next = await ServerSocket.opened(1);
    expect(new URL(next.url).searchParams.get("since")).toBe("3");
    next.sync(STEP_1, NOTHING_HELD);
    expect(textOf(next.sent.find(({ step }) => step === STEP_2)?.content)).toBe("two one ");
    expect(session.state.get().saved).toBe(false);
    next.say({ type: "saved", frames: 2 });
    expect(session.state.get().saved).toBe(true);
  });

  it("asks for everything again if a turn was running, since its prose is not journaled", async () => {
    const [, socket] = await openLive();
    socket.say({ type: "turn", seq: 4, turn: turn() });
    socket.end(1006, "");
    const next = await ServerSocket.opened(1);
    expect(new URL(next.url).searchParams.has("since")).toBe(false);
  });

  it("keeps unacknowledged edits over a reload", async () => {
    const id = `room${rooms}`;
    const [first, socket] = await openLive(id);
    socket.end(1006, "");
    write(first, "kept");
    first.close();
    const second = open(id);
    const next = await ServerSocket.opened(ServerSocket.all.length);
    expect(second.doc.getText("t").toString()).toBe("kept");
    next.sync(STEP_1, NOTHING_HELD);
    expect(textOf(next.sent.find(({ step }) => step === STEP_2)?.content)).toBe("kept");
  });

  it("sets them aside when told to: the next page starts without them", async () => {
    const id = `room${rooms}`;
    const [first] = await openLive(id);
    write(first, "refused");
    expect(await first.setAside()).toBe(true);
    const second = open(id);
    await ServerSocket.opened(ServerSocket.all.length);
    expect(second.doc.getText("t").toString()).toBe("");
    const [aside] = await otherCopies(id, "e1");
    expect((await readCopy(aside ?? "")).getText("t").toString()).toBe("refused");
  });

  it("does not call saved what an earlier page may not have sent", async () => {
    const id = `room${rooms}`;
    const [first] = await openLive(id);
    write(first, "kept");
    await first.keep();
    first.close();
    const second = open(id);
    const socket = await ServerSocket.opened(ServerSocket.all.length);
    expect(second.state.get()).toMatchObject({ saved: false, kept: true });
    socket.say(hello);
    socket.sync(STEP_1, NOTHING_HELD);
    expect(second.state.get().saved).toBe(false);
    socket.say({ type: "saved", frames: 2 });
    expect(second.state.get().saved).toBe(true);
  });

  it("shows a viewer nothing that an earlier page wrote and the room lacks", async () => {
    const id = `room${rooms}`;
    const [first] = await openLive(id);
    write(first, "mine");
    await first.keep();
    first.close();
    const viewer = openSession(room({ id, role: "viewer" }));
    sessions.push(viewer);
    await ServerSocket.opened(ServerSocket.all.length);
    expect(viewer.doc.getText("t").toString()).toBe("");
    expect(viewer.state.get()).toMatchObject({ saved: true, kept: false });
  });

  it("is closed when one was made a viewer before the server had taken what one wrote", async () => {
    const [session, socket] = await openLive();
    socket.end(1006, "");
    write(session, "mine");
    const next = await ServerSocket.opened(1);
    next.say({ ...hello, member: member({ role: "viewer" }) });
    expect(session.state.get()).toMatchObject({ connection: "closed", closed: { code: 4403 }, saved: false });
    expect(next.steps()).toEqual([STEP_1]);
    expect(next.readyState).toBe(ServerSocket.CLOSED);
  });

  it("goes on as a viewer if the server had taken everything", async () => {
    const [session, socket] = await openLive();
    socket.end(1006, "");
    const next = await ServerSocket.opened(1);
    next.say({ ...hello, member: member({ role: "viewer" }) });
    expect(session.state.get()).toMatchObject({ connection: "live", saved: true });
  });

  it("says when the server is there and acknowledges nothing, until it does", async () => {
    const [session, socket] = await openLive();
    vi.useFakeTimers();
    write(session, "a");
    vi.advanceTimersByTime(3_000);
    expect(session.state.get()).toMatchObject({ saved: false, stalled: false });
    vi.advanceTimersByTime(3_000);
    expect(session.state.get().stalled).toBe(true);
    write(session, "b");
    expect(session.state.get().stalled).toBe(true);
    socket.say({ type: "saved", frames: 4 });
    vi.useRealTimers();
    expect(session.state.get()).toMatchObject({ saved: true, stalled: false });
  });

  it.each([4400, 4401, 4403, 4409, 4413])("is closed for good by %d", async (code) => {
    const [session, socket] = await openLive();
    socket.end(code, "because");
    expect(session.state.get()).toMatchObject({ connection: "closed", closed: { code, reason: "because" } });
  });

  it("answers a command with its result or its refusal", async () => {
    const [session, socket] = await openLive();
    const asked = session.command({ type: "ask", prompt: "make a snake game" });
    const said = session.command({ type: "say", text: "hi" });
    const [first, second] = socket.sent.flatMap(({ command }) => command ?? []);
    expect(first).toMatchObject({ type: "ask", prompt: "make a snake game" });
    socket.say({ type: "refused", id: second?.id ?? "", code: "too_many", message: "Slowly." });
    socket.say({ type: "done", id: first?.id ?? "", result: "t1" });
    await expect(asked).resolves.toBe("t1");
    await expect(said).rejects.toMatchObject({ code: "too_many", message: "Slowly." });
  });

  it("refuses commands that the socket did not outlive, and those without one", async () => {
    const [session, socket] = await openLive();
    const said = session.command({ type: "say", text: "hi" });
    socket.end(1006, "");
    await expect(said).rejects.toMatchObject({ code: "unavailable" });
    await expect(session.command({ type: "say", text: "hi" })).rejects.toMatchObject({ code: "unavailable" });
  });

  it("shows the presence of others cleaned, and nobody while offline", async () => {
    const [session, socket] = await openLive();
    const other = new Awareness(new Y.Doc());
    other.setLocalState({ user: { id: "m2", name: "Ada", color: "url(x)" }, cursor: "there", document: "f1" });
    socket.deliver(writeAwareness(encodeAwarenessUpdate(other, [other.clientID])));
    const seen = session.awareness.getStates().get(other.clientID);
    expect(seen).toMatchObject({ user: { name: "Ada" }, cursor: null, document: "f1" });
    expect(seen?.user.color).toMatch(/^#/);
    socket.end(1006, "");
    expect(session.awareness.getStates().has(other.clientID)).toBe(false);
    other.destroy();
  });

  it("says that it is here when the server, to which it came back, calls it gone", async () => {
    const [session, socket] = await openLive();
    const { clientID } = session.doc;
    const gone = new Awareness(session.doc);
    gone.setLocalState(null);
    gone.meta.set(clientID, { clock: 9, lastUpdated: 0 });
    socket.deliver(writeAwareness(encodeAwarenessUpdate(gone, [clientID])));
    const decoder = createDecoder(socket.sent.at(-1)?.content ?? NOTHING_HELD);
    expect([readVarUint(decoder), readVarUint(decoder), readVarUint(decoder)]).toEqual([1, clientID, 10]);
    expect(JSON.parse(readVarString(decoder)).user.name).toBe("Blue Fox");
    gone.destroy();
  });

  it("tells listeners of every event after the state knows of it", async () => {
    const [session, socket] = await openLive();
    const heard: [string, string | undefined][] = [];
    const stop = session.onEvent((event) => heard.push([event.type, session.state.get().turns[0]?.text]));
    socket.say({ type: "turn", seq: 4, turn: turn() });
    socket.say({ type: "prose", turn: "t1", offset: 0, text: "Here" });
    stop();
    socket.say({ type: "prose", turn: "t1", offset: 4, text: " it is" });
    expect(heard).toEqual([
      ["turn", ""],
      ["prose", "Here"],
    ]);
  });

  it("is not disturbed by frames that are none", async () => {
    const [session, socket] = await openLive();
    socket.deliver(Uint8Array.of(99));
    socket.deliver(Uint8Array.of(0, 2, 200));
    expect(session.state.get().connection).toBe("live");
  });
});

describe("when the files last changed", () => {
  const ended = run({ state: "passed", created_at: 2_000 });
  const changedAt = (session: RoomSession) => session.state.get().changedAt;

  it("is what the hello says, and after every known run once somebody writes", async () => {
    const [session, socket] = await openLive();
    expect(changedAt(session)).toBe(1_000);
    socket.say({ type: "run", seq: 4, run: ended });
    expect(changedAt(session)).toBe(1_000);
    session.doc.getMap("breakpoints").set("b", { file: "f" });
    expect(changedAt(session)).toBe(1_000);
    session.doc.getMap("files").set("f", new Y.Map([["path", "mine.py"]]));
    expect(changedAt(session)).toBeGreaterThan(ended.created_at);
    socket.say({ type: "run", seq: 5, run: { ...ended, id: "u2", created_at: 3_000 } });
    expect(changedAt(session)).toBeLessThanOrEqual(3_000);
    const theirs = new Y.Doc();
    theirs.getMap("files").set("g", new Y.Map([["path", "theirs.py"]]));
    socket.sync(UPDATE, Y.encodeStateAsUpdate(theirs));
    expect(changedAt(session)).toBeGreaterThan(3_000);
  });

  it("is not the moment at which one learns of what was written before", async () => {
    const session = open();
    const socket = await ServerSocket.opened(ServerSocket.all.length);
    socket.say({ ...hello, state: state({ runs: [ended] }) });
    const theirs = new Y.Doc();
    theirs.getMap("files").set("g", new Y.Map([["path", "theirs.py"]]));
    socket.sync(STEP_2, Y.encodeStateAsUpdate(theirs));
    expect(session.doc.getMap("files").has("g")).toBe(true);
    expect(changedAt(session)).toBe(1_000);
  });
});
