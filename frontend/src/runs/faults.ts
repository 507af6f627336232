/** What a model is told of a program that failed, or a test: pure, and bounded. */
import { runOver } from "../rooms/reducer";
import type { Fault, Lines, Run, Test } from "../wire/types";
import { placesIn } from "./places";
import { endingOf, titleOf, wasInterrupted } from "./words";

/** An error is told by its end. */
const MOST_TEXT = 8_000;
const MOST_PLACES = 10;
const TRACEBACK = "Traceback (most recent call last)";
/** Colours and the like, which a terminal takes out. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const ESCAPES = /\x1b\[[0-9;?]*[A-Za-z]/g;

/** What a program ended with, from its first traceback on; null if it did not fail with words. */
export function faultOfRun(run: Run, paths: readonly string[]): Fault | null {
  if (run.kind === "tests" || run.state !== "failed" || !runOver(run) || wasInterrupted(run)) return null;
  const said = run.output
    .slice(-2 * MOST_TEXT)
    .replace(ESCAPES, "")
    .replaceAll("\r\n", "\n")
    .trim();
  if (said === "") return null;
  const error = said.slice(Math.max(0, said.indexOf(TRACEBACK)));
  return faultOf([titleOf(run), ...endingOf(run)].join(" · "), error, paths);
}

/** What a test failed with. */
export function faultOfTest(test: Test, paths: readonly string[]): Fault {
  const said = [test.message, test.output === "" ? "" : `It printed:\n${test.output}`].filter(Boolean).join("\n\n");
  const fault = faultOf(`${test.id} failed`, said, paths);
  const line = test.line ?? 1;
  // A message may name no place at all: the test itself is one.
  return fault.places.length === 0 && paths.includes(test.path)
    ? { ...fault, places: [{ path: test.path, first: line, last: line }] }
    : fault;
}

function faultOf(heading: string, error: string, paths: readonly string[]): Fault {
  const places = new Map<string, Lines>();
  for (const { path, line } of placesIn(error, paths)) {
    places.set(`${path}:${line}`, { path, first: line, last: line });
  }
  return {
    text: `${heading}\n\n${error.slice(-MOST_TEXT)}`.trim(),
    places: [...places.values()].slice(-MOST_PLACES),
  };
}
