/** Finds the places in a room's documents that a failed test names. */
import type { Test } from "../wire/types";

/** A line of a document, 1-based. */
export interface Place {
  readonly path: string;
  readonly line: number;
}

/** Where a test failed: the last place of its message that is in one of its room's files; else where its file begins. */
export function placeOf(test: Test, paths: readonly string[]): Place | null {
  const places = placesIn(test.message, paths);
  const file = test.id.split("::")[0] ?? "";
  return places.at(-1) ?? (paths.includes(file) ? { path: file, line: 1 } : null);
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

/** The part of a test's id that tells it apart inside its file, and that file. */
export function namesOf(test: Test): { name: string; file: string } {
  const [file = "", ...parts] = test.id.split("::");
  return parts.length === 0 ? { name: file, file: "" } : { name: parts.join(" › "), file };
}

/** Where Node's stacks name a call. Python's are places like any other. */
const CALL = /^\s+at (?:.*\()?(?:file:\/\/)?([^\s():]+):(\d{1,7})/gm;
const PLACE = /^(?:E?\s+File ")?([^\s:"][^:"\n]*?)"?(?::|, line )(\d{1,7})\b/gm;
