import { describe, expect, it } from "vitest";
import { occupied, placesFor, textOf } from "./incoming";

const limits = { document_bytes: 10 };
const bytes = (text: string) => new TextEncoder().encode(text);

describe("what comes in", () => {
  it.each(["", "x = 1", "é😀", "\ufeffBOM", "\r\n\t"])("is text: %j", (text) => {
    expect(textOf(bytes(text), limits)).toBe(text);
  });

  it.each([
    ["a NUL", bytes("a\0b")],
    ["no UTF-8", new Uint8Array([0xe9])],
    ["too long", bytes("x".repeat(11))],
    ["a PDF", bytes("%PDF-1.4")],
  ])("is bytes: %s", (_, content) => {
    expect(textOf(content, limits)).toBeNull();
  });
});

describe("its place", () => {
  const files = [
    { id: "1", path: "a.js" },
    { id: "2", path: "img/cat.png" },
  ];

  it("is known to be taken in any case", () => {
    expect(occupied(files, ["A.js", "b.js", "img/cat.png"])).toEqual(["A.js", "img/cat.png"]);
  });

  it("is over the file that is there, or beside it", () => {
    expect(placesFor(files, ["A.js", "b.js"], true)).toEqual([
      { path: "a.js", over: "1" },
      { path: "b.js", over: null },
    ]);
    expect(placesFor(files, ["A.js", "A.js", "img/cat.png"], false)).toEqual([
      { path: "A (2).js", over: null },
      { path: "A (3).js", over: null },
      { path: "img/cat (2).png", over: null },
    ]);
  });

  it("is none where a folder is a file, or for a path that cannot be", () => {
    const [inFile, overFolder, bad] = placesFor(files, ["a.js/x", "img", "a\nb"], true);
    expect(inFile).toEqual({ problem: "“a.js” is a file, not a folder." });
    expect(overFolder).toEqual({ problem: "There is a folder “img”." });
    expect(bad).toEqual({ problem: "A path holds no control characters." });
  });
});
