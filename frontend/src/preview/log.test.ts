import { describe, expect, it } from "vitest";
import {
  cleared,
  EMPTY_LOG,
  type Log,
  leftOut,
  MOST_A_SECOND,
  MOST_CHARACTERS,
  MOST_ENTRIES,
  type Said,
  said,
} from "./log";

const line = (text: string, level: Said["level"] = "log"): Said => ({ level, text, stack: "", place: null });

function fill(count: number, text: (at: number) => string, log: Log = EMPTY_LOG): Log {
  let filled = log;
  for (let at = 0; at < count; at += 1) filled = said(filled, line(text(at)), at * 20);
  return filled;
}

describe("the log of a page", () => {
  it("counts what is said again and again", () => {
    const log = fill(3, () => "tick");
    expect(log.entries).toEqual([{ ...line("tick"), id: 1, count: 3 }]);
  });

  it("tells apart what comes from other places", () => {
    const place = { path: "a.js", line: 1, column: 1 };
    const log = said(said(EMPTY_LOG, { ...line("x"), place }, 0), { ...line("x"), place: { ...place, line: 2 } }, 1);
    expect(log.entries).toHaveLength(2);
  });

  it("counts errors and warnings, also those it no longer holds", () => {
    let log = said(EMPTY_LOG, line("bad", "error"), 0);
    log = said(log, line("so so", "warn"), 1);
    log = fill(MOST_ENTRIES, String, log);
    expect([log.errors, log.warnings]).toEqual([1, 1]);
    expect(log.entries.every((entry) => entry.level === "log")).toBe(true);
  });

  it("keeps the newest entries", () => {
    const log = fill(MOST_ENTRIES + 20, String);
    expect(log.entries).toHaveLength(MOST_ENTRIES);
    expect(log.entries[0]?.text).toBe("20");
    expect(log.entries.at(-1)?.text).toBe(String(MOST_ENTRIES + 19));
  });

  it("keeps a bounded amount of text", () => {
    const log = fill(300, (at) => `${at}`.padEnd(10_000, "x"));
    const length = log.entries.reduce((sum, entry) => sum + entry.text.length, 0);
    expect(length).toBeLessThanOrEqual(MOST_CHARACTERS);
    expect(log.entries.at(-1)?.text).toMatch(/^299/);
  });

  it("takes so much in a second, says how much it left out, and goes on in the next", () => {
    let log = EMPTY_LOG;
    for (let at = 0; at < MOST_A_SECOND + 50; at += 1) log = said(log, line(String(at)), 10);
    expect(log.entries).toHaveLength(MOST_A_SECOND);
    expect(log.leftOut).toBe(50);
    log = said(leftOut(log, 7), line("later"), 1_011);
    expect(log.entries.at(-1)?.text).toBe("later");
    expect(log.leftOut).toBe(57);
  });

  it("is emptied without giving a number twice", () => {
    const log = said(cleared(said(EMPTY_LOG, line("a", "error"), 0)), line("b"), 1);
    expect(log.entries).toEqual([{ ...line("b"), id: 2, count: 1 }]);
    expect(log.errors).toBe(0);
  });
});
