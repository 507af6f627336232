import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { choose, languageOf } from "./choice";
import { BadCommand, wordsOf } from "./command-line";
import { BadSettings, namedRuns } from "./settings";

interface Cases {
  readonly lines: readonly { readonly line: string; readonly words: readonly string[] | null }[];
  readonly settings: readonly {
    readonly text: string;
    readonly runs?: Readonly<Record<string, readonly string[]>>;
    readonly line?: number | null;
  }[];
  readonly files: readonly { readonly path: string; readonly command: readonly string[] | null }[];
}

/** The server's, too. */
const CASES = JSON.parse(
  readFileSync(new URL("../../../tests/domain/programs.json", import.meta.url), "utf8"),
) as Cases;

function problemOf(settings: string): BadSettings {
  try {
    namedRuns(settings);
  } catch (error) {
    if (error instanceof BadSettings) return error;
    throw error;
  }
  throw new Error("nothing is wrong with it");
}

describe("a command in one line", () => {
  it.each(CASES.lines)("$line", ({ line, words }) => {
    if (words === null) expect(() => wordsOf(line)).toThrow(BadCommand);
    else expect(wordsOf(line)).toEqual(words);
  });
});

describe("the runs that a room names", () => {
  it.each(CASES.settings)("$text", ({ text, runs, line }) => {
    if (runs !== undefined) {
      expect([...namedRuns(text)]).toEqual(Object.entries(runs));
      return;
    }
    const problem = problemOf(text);
    expect(problem.message).not.toContain("\n");
    if (line !== null) expect(problem.line).toBe(line);
  });

  it.each([
    `run = ${"[".repeat(15_000)}`,
    `run = ${"9".repeat(15_000)}`,
    "run = 2026-99-99",
    `[run]\n${Array.from({ length: 21 }, (_, number) => `r${number} = 'x'\n`).join("")}`,
    `run = '${"x".repeat(5_000)}'`,
    'run = "python \\u0000"',
    '[run]\n"a\\nb" = "x"',
    "#".repeat(16_001),
  ])("are refused beyond every bound: %#", (text) => {
    expect(problemOf(text).message.length).toBeLessThan(400);
  });
});

describe("the command of a file", () => {
  it.each(CASES.files)("$path", ({ path, command }) => {
    expect(choose([path], path, null).program?.command ?? null).toEqual(command);
    expect(languageOf(path) !== null || command === null).toBe(true);
  });
});
