import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Keystrokes } from "./keystrokes";

describe("keystrokes", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("that follow each other are sent together, in order", () => {
    const sent: string[] = [];
    const keys = new Keystrokes((data) => sent.push(data));
    for (const key of "12\r") keys.type(key);
    expect(sent).toEqual([]);
    vi.runAllTimers();
    expect(sent).toEqual(["12\r"]);
    keys.type("4");
    vi.runAllTimers();
    expect(sent).toEqual(["12\r", "4"]);
  });

  it("of a long paste are cut between characters, and none is lost", () => {
    const sent: string[] = [];
    const keys = new Keystrokes((data) => sent.push(data));
    const paste = `x${"🐍".repeat(20_000)}`;
    keys.type(paste);
    keys.flush();
    expect(sent.join("")).toBe(paste);
    expect(sent.length).toBeGreaterThan(1);
    expect(sent.every((data) => data.length <= 65_536 && !/\p{Surrogate}/u.test(data))).toBe(true);
  });
});
