/** Finds the places in a room's documents that a failed test names. */
import type { Test } from "../wire/types";

/** A line of a document, 1-based. */
export interface Place {
  readonly path: string;
  readonly line: number;
}

/** Where a test failed: the last place of its message in its own file, else in another of its room's; else where it begins. */
export function placeOf(test: Test, paths: readonly string[]): Place | null {
  const places = placesIn(test.message, paths);
  const own = places.filter(({ path }) => path === test.path);
  // Python tells the place of an error last, Node first.
  const told = SCRIPT.test(test.path) ? (own[0] ?? places[0]) : places.at(-1);
  return told ?? (paths.includes(test.path) ? { path: test.path, line: test.line ?? 1 } : null);
}

/** The places in the room's files that an error names, in its order. */
export function placesIn(text: string, paths: readonly string[]): Place[] {
  return [...text.matchAll(PLACE), ...text.matchAll(CALL)]
    .sort((a, b) => a.index - b.index)
    .flatMap(([, named = "", line]): Place[] => {
      // The sandbox may name a file by its whole path.
      const path = paths.find((known) => named === known || named.endsWith(`/${known}`));
      return path === undefined || Number(line) < 1 ? [] : [{ path, line: Number(line) }];
    });
}

const SCRIPT = /\.[cm]?[jt]s$/;
/** Where Node's stacks name a call. Python's are places like any other. */
const CALL = /^\s+at (?:.*\()?(?:file:\/\/)?([^\s():]+):(\d{1,7})/gm;
const PLACE = /^(?:E?\s+File ")?([^\s:"][^:"\n]*?)"?(?::|, line )(\d{1,7})\b/gm;
