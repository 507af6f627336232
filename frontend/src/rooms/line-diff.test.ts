import { describe, expect, it } from "vitest";
import { countChanges, lineDiff } from "./line-diff";

const signs = { same: " ", removed: "-", added: "+" };
const shown = (before: string, after: string) => lineDiff(before, after).map(({ kind, text }) => signs[kind] + text);

describe("the difference by lines", () => {
  it("is one line for one line", () => {
    expect(shown("a\nspeed = 5\nb\n", "a\nspeed = 8\nb\n")).toEqual([" a", "-speed = 5", "+speed = 8", " b"]);
  });

  it("keeps what is common in the middle", () => {
    expect(shown("a\nb\nc\nd", "b\nx\nd\ne")).toEqual(["-a", " b", "-c", "+x", " d", "+e"]);
  });

  it("counts a new file's lines and a removed one's", () => {
    expect(countChanges("", "a\nb\n")).toEqual({ added: 2, removed: 0 });
    expect(countChanges("a\nb", "")).toEqual({ added: 0, removed: 2 });
    expect(countChanges("a\r\nb", "a\nb\n")).toEqual({ added: 0, removed: 0 });
  });

  it("stays cheap for long texts", () => {
    const long = (seed: string) => Array.from({ length: 5_000 }, (_, line) => `${seed}${line}`).join("\n");
    expect(countChanges(long("a"), long("b"))).toEqual({ added: 5_000, removed: 5_000 });
  });
});
