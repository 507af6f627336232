import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { indexOf, pageMade, pagesOf } from "./pages";

interface Case {
  readonly why: string;
  readonly paths: readonly string[];
  readonly index: string | null;
}

// The same cases that Python's twin is held to.
const file = new URL("../../../tests/domain/preview_pages.json", import.meta.url);
const cases = JSON.parse(readFileSync(file, "utf-8")) as readonly Case[];

describe("the page of a room", () => {
  it.each(cases)("$why", ({ paths, index }) => {
    expect(indexOf(paths)).toBe(index);
    expect(indexOf([...paths].reverse())).toBe(index);
  });

  it("comes first among its pages", () => {
    expect(pagesOf(["b.html", "style.css", "index.html", "a.html"])).toEqual(["index.html", "a.html", "b.html"]);
    expect(pagesOf(["main.py"])).toEqual([]);
  });

  it("gives way to one that a turn made beside it, and to no other", () => {
    const turn = {
      hunks: [
        { path: "snake/help.html", before: "" },
        { path: "snake/index.html", before: "" },
        { path: "about.html", before: "<p>" },
      ],
    };
    const old = new Set(["index.html"]);
    expect(pageMade(old, ["index.html", "snake/help.html", "snake/index.html"], turn)).toBe("snake/index.html");
    expect(pageMade(old, ["index.html", "snake/help.html"], turn)).toBe("snake/help.html");
    expect(pageMade(old, ["index.html", "about.html"], turn)).toBeNull();
    expect(pageMade(old, ["index.html"], turn)).toBeNull();
    expect(pageMade(old, ["index.html", "snake/index.html"], undefined)).toBeNull();
  });
});
