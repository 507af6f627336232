import { describe, expect, it } from "vitest";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from "y-protocols/awareness";
import * as Y from "yjs";
import { cleanPresence, guardAwareness, others } from "./presence";

const user = { id: "m1", name: "Blue Fox", color: "#3366cc", colorLight: "#3366cc33" };
const nowhere = { cursor: null, document: null, seen: null, page: null, following: null };
const position = { type: { client: 1, clock: 2 }, tname: null, item: null, assoc: 0 };

describe("a state of presence", () => {
  it("stays as it is when it is well formed", () => {
    const cursor = { anchor: position, head: position };
    const seen = { top: position, bottom: position };
    const state = { user, cursor, document: "f1", seen, page: "index.html", following: "m2" };
    expect(cleanPresence(state)).toEqual(state);
    const hands = { user: { ...user, id: "model", model: true, turn: "t1" }, ...nowhere };
    expect(cleanPresence(hands)).toEqual(hands);
  });

  it.each([
    ["null", null],
    ["a number", 1],
    ["no user", {}],
    ["a user without id", { user: { name: "x" } }],
  ])("of nobody is none: %s", (_, state) => {
    expect(cleanPresence(state)).toBeNull();
  });

  it("holds colours and nothing else where colours stand", () => {
    const sly = { user: { ...user, color: "red;position:fixed;inset:0", colorLight: "url(//x)" }, cursor: null };
    expect(cleanPresence(sly)?.user.color).toMatch(/^#[0-9a-f]{6}$/);
    expect(cleanPresence(sly)?.user.colorLight).toMatch(/^#[0-9a-f]{8}$/);
  });

  it("bounds names", () => {
    expect(cleanPresence({ user: { ...user, name: "x".repeat(5000) } })?.user.name).toHaveLength(60);
    expect(cleanPresence({ user: { ...user, name: { toString: () => "x" } } })?.user.name).toBe("Somebody");
  });

  it.each([
    ["no positions", { anchor: 1, head: 2 }],
    ["fractions", { anchor: { ...position, type: { client: 0.5, clock: 2 } }, head: position }],
    ["names of root types", { anchor: { tname: "files", item: null, type: null }, head: position }],
    ["only one end", { anchor: position }],
    [
      "a clock below zero, at which Yjs throws",
      { anchor: { ...position, type: { client: 1, clock: -1 } }, head: position },
    ],
  ])("has no cursor when it gives %s", (_, cursor) => {
    expect(cleanPresence({ user, cursor, document: 3 })).toEqual({ user, ...nowhere });
  });

  it("holds no ids and paths without end, and no other shapes of them", () => {
    const long = "x".repeat(5_000);
    const sly = { user, document: long, page: long, following: long, seen: { top: position, bottom: 7 } };
    expect(cleanPresence(sly)).toEqual({ user, ...nowhere });
    expect(cleanPresence({ user: { ...user, id: long } })).toBeNull();
    expect(cleanPresence({ user: { ...user, turn: long } })?.user).toEqual(user);
    expect(cleanPresence({ user, document: {}, page: [], following: 1, seen: "all" })).toEqual({ user, ...nowhere });
  });

  it("keeps characters out of names that would turn the text around them", () => {
    expect(cleanPresence({ user: { ...user, name: "Ada\u202e\n\u0000 X" } })?.user.name).toBe("Ada X");
    expect(cleanPresence({ user: { ...user, name: "\u202e" } })?.user.name).toBe("Somebody");
  });
});

describe("the guard", () => {
  it("lets nothing through that a Yjs document could not look up", () => {
    const doc = new Y.Doc();
    const text = doc.getText("t");
    text.insert(0, "some text");
    const awareness = new Awareness(doc);
    guardAwareness(awareness);
    const odd = [-1, 0, 3, 2 ** 31, 2 ** 53, 1.5, "1", null, {}];
    const ids = odd.flatMap((client) => odd.map((clock) => ({ client, clock })));
    for (const id of ids) {
      for (const relative of [
        { type: id },
        { item: id },
        { type: id, item: id, assoc: -1 },
        { tname: "t", item: id },
      ]) {
        const peer = new Awareness(new Y.Doc());
        peer.setLocalState({
          user,
          cursor: { anchor: relative, head: relative },
          seen: { top: relative, bottom: relative },
        });
        applyAwarenessUpdate(awareness, encodeAwarenessUpdate(peer, [peer.clientID]), "test");
        peer.destroy();
      }
    }
    const own = { client: doc.clientID, clock: 2 };
    const known = { user, cursor: { anchor: { item: own }, head: { item: own } } };
    const peer = new Awareness(new Y.Doc());
    peer.setLocalState(known);
    applyAwarenessUpdate(awareness, encodeAwarenessUpdate(peer, [peer.clientID]), "test");
    const found = others(awareness).flatMap(([, { cursor, seen }]) =>
      [cursor?.anchor, cursor?.head, seen?.top, seen?.bottom].flatMap((relative) => {
        const at =
          relative && Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(relative), doc);
        return at ? [at.index] : [];
      }),
    );
    expect(found.length).toBeGreaterThanOrEqual(2);
    expect(found.every((index) => index >= 0 && index <= text.length)).toBe(true);
    peer.destroy();
    awareness.destroy();
  });
});
