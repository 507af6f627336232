import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pathProblem, shownPaths } from "./shown-paths";

interface Case {
  readonly name: string;
  readonly entries: Readonly<Record<string, string>>;
  readonly shown: Readonly<Record<string, string>>;
}

const CASES = JSON.parse(
  readFileSync(new URL("../../../tests/domain/shown_paths.json", import.meta.url), "utf8"),
) as readonly Case[];

describe("shown paths", () => {
  it.each(CASES)("$name", ({ entries, shown }) => {
    expect(Object.fromEntries(shownPaths(Object.entries(entries)))).toEqual(shown);
  });
});

describe("a path", () => {
  it.each(["a.js", "game/snake.js", "ä ö/中文 🐍.md", ".env", "x".repeat(255)])("may be %s", (path) => {
    expect(pathProblem(path)).toBeNull();
  });

  it.each([
    "",
    "/a",
    "a/",
    "a//b",
    "../a",
    "a/./b",
    "a\\b",
    "a\nb",
    "a\u0085",
    "x".repeat(256),
    "\ud800",
    "é".repeat(128),
  ])("may not be %j", (path) => {
    expect(pathProblem(path)).not.toBeNull();
  });
});
