import { describe, expect, it } from "vitest";
import { KEPT_LENGTH, STACK_LENGTH, seal, TEXT_LENGTH, unsealName } from "./messages";
import { readFromPage } from "./reading";

const nonce = "5e1f";
const read = (value: unknown) => readFromPage(nonce, seal(nonce, JSON.stringify(value)));

describe("what a page says", () => {
  it("is read when it has the nonce and the shape", () => {
    expect(read({ type: "console", level: "warn", text: "slow", stack: "" })).toEqual({
      type: "console",
      level: "warn",
      text: "slow",
      stack: "",
    });
    expect(read({ type: "key", key: "Mod-." })).toEqual({ type: "key", key: "Mod-." });
    expect(read({ type: "alive", beat: 7, more: "ignored" })).toEqual({ type: "alive", beat: 7 });
  });

  it("is ignored under another nonce, and when it is no string of ours", () => {
    const message = JSON.stringify({ type: "ready" });
    expect(readFromPage(nonce, seal("other", message))).toBeNull();
    expect(readFromPage(nonce, seal("", message))).toBeNull();
    for (const data of [
      null,
      undefined,
      3,
      { type: "ready" },
      message,
      "sparkroom:",
      seal(nonce, ""),
      seal(nonce, "{"),
    ]) {
      expect(readFromPage(nonce, data)).toBeNull();
    }
  });

  it("is ignored when it is of no known kind", () => {
    for (const value of [null, 1, "ready", [], {}, { type: "eval" }, { type: ["ready"] }, { type: "__proto__" }]) {
      expect(read(value)).toBeNull();
    }
    expect(read({ type: "console", level: "loud", text: "a" })).toBeNull();
    expect(read({ type: "key", key: "Enter" })).toBeNull();
    expect(read({ type: "kept", save: 1, kept: { toString: "x" } })).toBeNull();
  });

  it("is bounded, and every field has its type", () => {
    expect(read({ type: "console", level: "log", text: "x".repeat(50_000), stack: ["y"] })).toEqual({
      type: "console",
      level: "log",
      text: "x".repeat(TEXT_LENGTH),
      stack: "",
    });
    expect(
      read({ type: "error", text: 1, stack: "s".repeat(9_999), source: { url: {}, line: 1.5, column: -2 } }),
    ).toEqual({
      type: "error",
      text: "",
      stack: "s".repeat(STACK_LENGTH),
      source: { url: "", line: 0, column: 0 },
    });
    expect(read({ type: "left_out", count: 1e300 })).toEqual({ type: "left_out", count: 0 });
    expect(read({ type: "kept", save: 1, kept: "k".repeat(KEPT_LENGTH + 1) })).toBeNull();
    expect(readFromPage(nonce, seal(nonce, " ".repeat(6_000_000)))).toBeNull();
  });
});

describe("the name of a frame", () => {
  it("holds the nonce and whatever the page before it kept", () => {
    expect(unsealName(seal("n", '{"a":":"}'))).toEqual({ nonce: "n", content: '{"a":":"}' });
  });

  it("of another frame says nothing", () => {
    for (const name of ["", "menu", "sparkroom", "sparkroom:", "sparkroom:x"]) expect(unsealName(name)).toBeNull();
  });
});
