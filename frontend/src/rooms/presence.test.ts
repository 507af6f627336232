import { describe, expect, it } from "vitest";
import { cleanPresence } from "./presence";

const user = { id: "m1", name: "Blue Fox", color: "#3366cc", colorLight: "#3366cc33" };
const position = { type: { client: 1, clock: 2 }, tname: null, item: null, assoc: 0 };

describe("a state of presence", () => {
  it("stays as it is when it is well formed", () => {
    const state = { user, cursor: { anchor: position, head: position }, document: "f1" };
    expect(cleanPresence(state)).toEqual(state);
    const hands = { user: { ...user, id: "model", model: true, turn: "t1" }, cursor: null, document: null };
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
  ])("has no cursor when it gives %s", (_, cursor) => {
    expect(cleanPresence({ user, cursor, document: 3 })).toEqual({ user, cursor: null, document: null });
  });
});
