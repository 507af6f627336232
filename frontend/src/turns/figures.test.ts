import { describe, expect, it } from "vitest";
import { member, hunk as row, turn } from "../rooms/testing/rows";
import type { Hunk, Turn } from "../wire/types";
import {
  figuresLine,
  hunkLine,
  hunkNote,
  hunkPlace,
  isOpen,
  repairedLine,
  sentLine,
  sentParts,
  stateLine,
  timingLine,
} from "./figures";

const timing = { first_token_ms: 41.6, tokens_per_second: 1187.4, total_ms: 2140 };

function hunk(fields: Partial<Hunk> = {}): Hunk {
  return row({ path: "index.html", before: "a\n", after: "b\n", ...fields });
}

it("tells the three figures of a turn", () => {
  expect(timingLine(timing)).toBe("first token 42 ms · 1,187 tokens/s · 2.1 s total");
  expect(timingLine({ ...timing, tokens_per_second: null })).toBe("first token 42 ms · 2.1 s total");
  expect(timingLine({ first_token_ms: null, tokens_per_second: null, total_ms: null })).toBe("");
  expect(figuresLine(turn({ timing }), null)).toBe(timingLine(timing));
});

describe("the rehearsal's figures", () => {
  it("give its speed as the setting that it is", () => {
    expect(figuresLine(turn({ timing, hunks: [hunk()] }), 1200)).toBe(
      "Prepared example, played at 1,200 tokens/s (a setting) · first token 42 ms · 2.1 s total",
    );
  });

  it("do not repeat what the answer says", () => {
    const text = "Snake. Prepared example, played at 1,200 tokens/s.";
    expect(figuresLine(turn({ timing, text, hunks: [hunk()] }), 1200)).toBe("first token 42 ms · 2.1 s total");
  });

  it("call an answer that writes nothing no example", () => {
    expect(figuresLine(turn({ timing }), 1200)).toBe("Rehearsal · first token 42 ms · 2.1 s total");
  });
});

describe("what became of a turn", () => {
  const me = member();
  it.each<[string, Partial<Turn>]>([
    ["Done", { state: "settled", hunks: [hunk()] }],
    ["Nothing changed", { state: "settled" }],
    ["Nothing changed", { state: "settled", hunks: [hunk({ state: "refused" }), hunk({ after: "a\n" })] }],
    ["Done · 1 change kept", { state: "settled", prompts: ["a", "b"], hunks: [hunk(), hunk({ state: "withdrawn" })] }],
    [
      "Undone by Red Owl",
      { state: "settled", undone: true, undone_by: "Red Owl", hunks: [hunk({ state: "rejected" })] },
    ],
    [
      "Undone by you · 1 change could not be taken back",
      { state: "failed", undone: true, undone_by: me.name, hunks: [hunk()] },
    ],
    ["Stopped by you · 2 changes kept", { state: "stopped", stopped_by: me.name, hunks: [hunk(), hunk()] }],
    ["Stopped by you · nothing changed", { state: "stopped", stopped_by: "Old Name", member_name: "Old Name" }],
    ["Stopped by Red Owl · nothing changed", { state: "stopped", stopped_by: "Red Owl" }],
    ["Stopped · nothing changed", { state: "stopped" }],
    ["Failed · 1 change kept", { state: "failed", hunks: [hunk()] }],
    ["Waits until the turn before it is over", { state: "asked", waits_for: "t0" }],
    ["Answering…", { state: "streaming", mode: "ask" }],
    ["Answered", { state: "settled", mode: "ask" }],
    ["Too many requests; asking again in 1 s…", { state: "asked", notice: "too many requests; asking again in 1 s" }],
  ])("%s", (words, fields) => {
    expect(stateLine(turn(fields), me)).toBe(words);
  });
});

it("tells what a model was told", () => {
  const sent = { tokens: 12400, files: ["a.js"], outlined: 0, exchanges: 0, compacted: 0 };
  expect(sentLine(sent)).toBe("Sent about 12,400 tokens · 1 file");
  expect(sentParts(sent)).toEqual([]);
  expect(sentLine({ ...sent, files: [] })).toBe("Sent about 12,400 tokens");
  expect(sentParts({ ...sent, outlined: 900, exchanges: 2, compacted: 1 })).toEqual([
    "An outline of 900 more files",
    "2 earlier turns",
    "1 earlier turn in short",
  ]);
});

it("tells quietly what was put right", () => {
  expect(repairedLine(turn({ hunks: [hunk()] }))).toBe("");
  const failed = hunk({ state: "refused", superseded: true });
  expect(repairedLine(turn({ hunks: [failed, hunk()] }))).toBe("1 change put right at the second attempt");
});

describe("a hunk's row", () => {
  it("names the line where the file alone does not tell it from another", () => {
    const first = hunk({ line: 6, before: "one\ntwo\n", after: "one\nthree\n" });
    expect(hunkPlace(first, [first])).toBe("index.html");
    expect(hunkPlace(first, [first, hunk({ id: "h2", path: "style.css" })])).toBe("index.html");
    expect(hunkPlace(first, [first, hunk({ id: "h2" })])).toBe("index.html:7");
    expect(hunkPlace(hunk({ line: null }), [first, hunk({ id: "h2" })])).toBe("index.html");
  });

  it("says who decided about it", () => {
    const me = member();
    expect(hunkNote(hunk(), me)).toBe("");
    expect(hunkNote(hunk({ state: "rejected", decided_by: "Red Owl" }), me)).toBe("rejected by Red Owl");
    expect(hunkNote(hunk({ state: "accepted", decided_by: me.name }), me)).toBe("accepted by you");
  });

  it("is open until somebody decides, once its turn is over", () => {
    expect(isOpen(hunk(), turn({ state: "stopped" }))).toBe(true);
    expect(isOpen(hunk(), turn({ state: "streaming" }))).toBe(false);
    expect(isOpen(hunk({ state: "accepted" }), turn({ state: "stopped" }))).toBe(false);
  });

  it("shows the one line that it wrote", () => {
    expect(hunkLine(hunk({ before: "one\n  two\n", after: "one\n  three\n" }))).toBe("three");
    expect(hunkLine(hunk({ before: "one\n", after: "one\ntwo\n" }))).toBe("two");
    expect(hunkLine(hunk({ before: "one\ntwo\n", after: "three\nfour\n" }))).toBe("");
    expect(hunkLine(hunk({ before: "one\n", after: "" }))).toBe("");
  });
});
