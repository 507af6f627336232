import { describe, expect, it } from "vitest";
import { addressOf, documentAt, ownLines, piecesOf } from "./places";

const base = "http://127.0.0.1:8000/preview/abc-def/";

describe("documentAt", () => {
  it("names the document of an address", () => {
    expect(documentAt(base, `${base}game/snake.js?v=4#top`, null)).toBe("game/snake.js");
    expect(documentAt(base, `${base}my%20file%3F.js`, null)).toBe("my file?.js");
    expect(documentAt(base, base, "index.html")).toBe("index.html");
    expect(documentAt(base, `${base}?v=1`, null)).toBeNull();
    expect(documentAt(base, `${base}docs/`, null)).toBe("docs/index.html");
  });

  it("knows no address but the room's own", () => {
    expect(documentAt(base, "https://example.com/game.js", null)).toBeNull();
    expect(documentAt(base, "http://127.0.0.1:8000/preview-runtime.js", null)).toBeNull();
    expect(documentAt(base, `${base}%E0%A4%A`, null)).toBeNull();
    expect(documentAt(base, "about:srcdoc", null)).toBeNull();
  });

  it("is the way back from addressOf", () => {
    for (const path of ["index.html", "a b/ü?#&.html", "50%.html"]) {
      expect(documentAt(base, addressOf(base, path, 3), null)).toBe(path);
    }
  });
});

describe("stacks", () => {
  const stack = [
    "TypeError: x is not a function",
    `    at step (${base}game.js?v=2:12:5)`,
    "    at hook (http://127.0.0.1:8000/preview-runtime.js:1:900)",
    `loop@${base}js/main%20loop.js:3:1`,
  ].join("\n");

  it("lose the lines that are not the room's", () => {
    expect(ownLines(base, stack)).toBe(`    at step (${base}game.js?v=2:12:5)\nloop@${base}js/main%20loop.js:3:1`);
  });

  it("become text with places in it", () => {
    expect(piecesOf(base, ownLines(base, stack), null)).toEqual([
      { text: "    at step (", place: null },
      { text: "game.js:12:5", place: { path: "game.js", line: 12, column: 5 } },
      { text: ")\nloop@", place: null },
      { text: "js/main loop.js:3:1", place: { path: "js/main loop.js", line: 3, column: 1 } },
    ]);
  });

  it("leave every other text as it is", () => {
    for (const text of ["", "no address", "see https://example.com:80/a:1:2", "<img src=x onerror=alert(1)>"]) {
      expect(
        piecesOf(base, text, null)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(text);
      expect(piecesOf(base, text, null).every((piece) => piece.place === null)).toBe(true);
    }
  });

  it("cost no more than their length, however they are made", () => {
    const hostile = "http://".repeat(1_500) + "http://a".repeat(1_000);
    expect(piecesOf(base, hostile, null)).toEqual([{ text: hostile, place: null }]);
  });
});
