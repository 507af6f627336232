/** The lines of a text that are most like a few given ones: pure and bounded, to point people at a likely place. */
import type { WrittenRange } from "./written";

/** Less than this share of equal lines is no likeness. */
const LEAST = 0.3;
/** Longer texts are not searched, and so many lines of what is looked for are compared. */
const MOST_LINES = 20_000;
const MOST_COMPARED = 12;
/** Long lines are compared by their first words. */
const MOST_WORDS = 60;
const WORDS = /[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;

/**
 * Where the lines stand that have most in common with those of `wanted`, space at their ends apart: as many whole lines,
 * with their line breaks. Null if nothing is like them.
 */
export function nearestLines(text: string, wanted: string): WrittenRange | null {
  const sought = wanted.replace(/\n$/, "").split("\n");
  const lines = text.split("\n");
  if (wanted.trim() === "" || lines.length > MOST_LINES) return null;
  const compared = sought.slice(0, MOST_COMPARED).map(wordsOf);
  const telling = compared.filter((words) => words.length > 0).length;
  const read = lines.map(wordsOf);
  let best = { at: -1, score: 0 };
  for (let at = 1 - compared.length; at < lines.length; at++) {
    let score = 0;
    for (const [offset, words] of compared.entries()) {
      score += likeness(words, read[at + offset] ?? []);
    }
    if (score > best.score) best = { at, score };
  }
  if (best.score < telling * LEAST) return null;
  const first = Math.max(0, best.at);
  const last = Math.min(lines.length, best.at + sought.length);
  const from = lines.slice(0, first).reduce((length, line) => length + line.length + 1, 0);
  const length = lines.slice(first, last).reduce((sum, line) => sum + line.length + 1, 0);
  return { from, to: Math.min(text.length, from + length) };
}

function wordsOf(line: string): string[] {
  return (line.match(WORDS) ?? []).slice(0, MOST_WORDS).sort();
}

/** The share of words that two lines have in common, both sorted: 1 for equal lines, 0 for those with less than half. */
function likeness(one: readonly string[], other: readonly string[]): number {
  let common = 0;
  for (let a = 0, b = 0; a < one.length && b < other.length; ) {
    const [left = "", right = ""] = [one[a], other[b]];
    if (left === right) common += 1;
    if (left <= right) a += 1;
    if (right <= left) b += 1;
  }
  const share = (2 * common) / Math.max(1, one.length + other.length);
  return share < 0.5 ? 0 : share;
}
