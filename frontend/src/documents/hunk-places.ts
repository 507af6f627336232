/** Where a hunk's text stands now: pure, for marks in files that were not open while they were written, and for jumps. */
import { type DiffLine, lineDiff } from "../rooms/line-diff";
import type { Hunk } from "../wire/types";
import type { WrittenRange } from "./written";

/** How far a hunk that people have changed since is looked for from where it was written. */
const LINES_AROUND = 60;
/** A line with no letter or digit, such as a closing bracket, may be anybody's. */
const TELLING = /[\p{L}\p{N}]/u;

/**
 * The place of `hunk.after` in `text`: the occurrence nearest to the line at which it was written. Null if it wrote
 * nothing, is not in force, or its text was changed since.
 */
export function placeOf(text: string, hunk: Hunk): WrittenRange | null {
  const wanted = hunk.after.replace(/\n$/, "");
  if (wanted === "" || !inForce(hunk)) {
    return null;
  }
  const aim = offsetOf(text, hunk.line ?? 1);
  const below = text.indexOf(wanted, aim);
  const above = text.lastIndexOf(wanted, aim);
  const at = below < 0 || (above >= 0 && aim - above < below - aim) ? above : below;
  return at < 0 ? null : { from: at, to: at + wanted.length };
}

/**
 * The lines that a hunk added, where they stand now: what a hunk repeats of the old text is not its own. Where people
 * changed it since, those are the lines that are still as they were written.
 */
export function placesAdded(text: string, hunk: Hunk): WrittenRange[] {
  const place = placeOf(text, hunk);
  if (place !== null) {
    return linesOf(text, place.from, lineDiff(hunk.before, hunk.after), "added");
  }
  if (!inForce(hunk) || hunk.after === "") {
    return [];
  }
  const added = lineDiff(hunk.before, hunk.after).flatMap((line) => (line.kind === "added" ? [line.text] : []));
  const written = new Set(added.filter((line) => TELLING.test(line)));
  const { from, to } = near(text, hunk);
  const still = linesOf(text, from, lineDiff(hunk.after, text.slice(from, to)), "same");
  return still.filter((line) => written.has(text.slice(line.from, line.to).replace(/\r?\n$/, "")));
}

/** The lines around which a hunk was written. */
function near(text: string, { line, after }: Hunk): WrittenRange {
  const first = Math.max(1, (line ?? 1) - LINES_AROUND);
  const last = (line ?? 1) + after.split("\n").length + LINES_AROUND;
  return { from: offsetOf(text, first), to: offsetOf(text, last) };
}

/** The lines of one kind in a diff whose new lines stand in `text` from `at` on. */
function linesOf(text: string, at: number, diff: readonly DiffLine[], kind: DiffLine["kind"]): WrittenRange[] {
  const found: WrittenRange[] = [];
  let from = at;
  for (const line of diff) {
    if (line.kind !== "removed") {
      const end = text.indexOf("\n", from);
      const to = end < 0 ? text.length : end + 1;
      if (line.kind === kind) {
        found.push({ from, to });
      }
      from = to;
    }
  }
  return found;
}

function inForce(hunk: Hunk): boolean {
  return hunk.state === "applied" || hunk.state === "accepted";
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
      return text.length;
    }
    at = next + 1;
  }
  return at;
}
