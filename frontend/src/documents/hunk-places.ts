/** Where a hunk's text stands now: pure, for marks in files that were not open while they were written, and for jumps. */
import { lineDiff } from "../rooms/line-diff";
import type { Hunk } from "../wire/types";
import type { WrittenRange } from "./written";

/**
 * The place of `hunk.after` in `text`: the occurrence nearest to the line at which it was written. Null if it wrote
 * nothing, is not in force, or its text was changed since.
 */
export function placeOf(text: string, hunk: Hunk): WrittenRange | null {
  const wanted = hunk.after.replace(/\n$/, "");
  if (wanted === "" || (hunk.state !== "applied" && hunk.state !== "accepted")) {
    return null;
  }
  const aim = offsetOf(text, hunk.line ?? 1);
  const below = text.indexOf(wanted, aim);
  const above = text.lastIndexOf(wanted, aim);
  const at = below < 0 || (above >= 0 && aim - above < below - aim) ? above : below;
  return at < 0 ? null : { from: at, to: at + wanted.length };
}

/** The lines that a hunk added, where they stand now: what a hunk repeats of the old text is not its own. */
export function placesAdded(text: string, hunk: Hunk): WrittenRange[] {
  const place = placeOf(text, hunk);
  const added: WrittenRange[] = [];
  let at = place?.from ?? 0;
  for (const line of place === null ? [] : lineDiff(hunk.before, hunk.after)) {
    if (line.kind !== "removed") {
      const to = text.indexOf("\n", at) < 0 ? text.length : text.indexOf("\n", at) + 1;
      if (line.kind === "added") {
        added.push({ from: at, to });
      }
      at = to;
    }
  }
  return added;
}

/** The 1-based line at `offset`. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) {
    line += 1;
  }
  return line;
}

function offsetOf(text: string, line: number): number {
  let at = 0;
  for (let passed = 1; passed < line; passed++) {
    const next = text.indexOf("\n", at);
    if (next < 0) {
      return at;
    }
    at = next + 1;
  }
  return at;
}
