import { describe, expect, it } from "vitest";
import { hunk as row } from "../rooms/testing/rows";
import { lineAt, placeOf, placesAdded } from "./hunk-places";

const hunk = row();

describe("the place of a hunk", () => {
  const text = "x = 1\ny = 2\nx = 1\n";

  it("is the occurrence nearest to its line", () => {
    expect(placeOf(text, { ...hunk, after: "x = 1\n", line: 1 })).toEqual({ from: 0, to: 5 });
    expect(placeOf(text, { ...hunk, after: "x = 1\n", line: 3 })).toEqual({ from: 12, to: 17 });
    expect(placeOf(text, { ...hunk, after: "y = 2", line: 999 })).toEqual({ from: 6, to: 11 });
  });

  it("is none for text that is gone, empty or not in force", () => {
    expect(placeOf(text, { ...hunk, after: "z" })).toBeNull();
    expect(placeOf(text, hunk)).toBeNull();
    expect(placeOf(text, { ...hunk, after: "x = 1", state: "withdrawn" })).toBeNull();
  });
});

describe("what a hunk added", () => {
  it("is the lines that differ from the old text, where they stand now", () => {
    const rewrite = { ...hunk, before: "a\nb\nc\n", after: "a\nB\nc\nd\n" };
    const text = "// typed since\na\nB\nc\nd\n";
    expect(placesAdded(text, rewrite).map(({ from, to }) => text.slice(from, to))).toEqual(["B\n", "d\n"]);
  });

  it("is what is left of a file that it made", () => {
    const made = { ...hunk, before: "", after: "a\nb\nc\n" };
    const text = "a\nB\nc\n// mine\n";
    expect(placesAdded(text, made).map(({ from, to }) => text.slice(from, to))).toEqual(["a\n", "c\n"]);
    expect(placesAdded(text, { ...made, state: "withdrawn" })).toEqual([]);
  });

  it("is what is left of an edit that people typed in", () => {
    const edit = { ...hunk, line: 3, before: "one\n", after: "const a = 1\nconst b = 2\n}\n" };
    const text = "x\ny\nconst a = 12\nconst b = 2\n}\n";
    expect(placesAdded(text, edit).map(({ from, to }) => text.slice(from, to))).toEqual(["const b = 2\n"]);
    expect(placesAdded("x\ny\n}\n", edit)).toEqual([]);
  });

  it("is nothing for a hunk that repeats the text", () => {
    expect(placesAdded("a\nb\n", { ...hunk, before: "a\nb\n", after: "a\nb\n" })).toEqual([]);
  });
});

it("counts lines from one", () => {
  expect([0, 5, 6, 12].map((offset) => lineAt("x = 1\ny = 2\n", offset))).toEqual([1, 1, 2, 3]);
});
