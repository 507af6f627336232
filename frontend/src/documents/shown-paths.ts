/**
 * What a document may be called, and what a room's documents are shown as. The twin of ide/domain/documents.py: both
 * pass the cases of tests/domain/shown_paths.json.
 */

const PART_BYTES = 255;
const PATH_BYTES = 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const ID = /^[\x20-\x7e]{1,255}$/;
const encoder = new TextEncoder();

/** Why no document can have `path`, in words for people; null if one can. */
export function pathProblem(path: string): string | null {
  if (LONE_SURROGATE.test(path)) {
    return "A path must be valid Unicode.";
  }
  if (path === "") {
    return "The path is empty.";
  }
  if (encoder.encode(path).length > PATH_BYTES) {
    return `The path is longer than ${PATH_BYTES} bytes.`;
  }
  if (CONTROL.test(path)) {
    return "A path holds no control characters.";
  }
  if (path.includes("\\")) {
    return "Parts of a path are separated by /, not by a backslash.";
  }
  if (path.startsWith("/")) {
    return "A path is relative: it does not begin with /.";
  }
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..")) {
    return "A path has no empty parts, no . and no ..";
  }
  if (parts.some((part) => encoder.encode(part).length > PART_BYTES)) {
    return `A part of the path is longer than ${PART_BYTES} bytes.`;
  }
  return null;
}

/** The form in which paths are compared. ASCII alone, so that every language folds alike. */
export function foldPath(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * File id → shown path, for entries of file id → own path, in the order of the ids. Of entries with one path (in any
 * case) the lowest id keeps it; the others become `name (2).ext` and so on, passing over names that are taken.
 * Entries with a malformed id or path are left out.
 */
export function shownPaths(entries: Iterable<readonly [string, string]>): Map<string, string> {
  const own = [...entries]
    .filter(([id, path]) => ID.test(id) && pathProblem(path) === null)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const keepers = new Map<string, string>();
  for (const [id, path] of own) {
    if (!keepers.has(foldPath(path))) {
      keepers.set(foldPath(path), id);
    }
  }
  const taken = new Set(keepers.keys());
  const numbers = new Map<string, number>();
  const shown = new Map<string, string>();
  for (const [id, path] of own) {
    const folded = foldPath(path);
    if (keepers.get(folded) === id) {
      shown.set(id, path);
      continue;
    }
    let number = numbers.get(folded) ?? 2;
    while (taken.has(foldPath(numbered(path, number)))) {
      number += 1;
    }
    numbers.set(folded, number + 1);
    shown.set(id, numbered(path, number));
    taken.add(foldPath(numbered(path, number)));
  }
  return shown;
}

/** `a/b.js` → `a/b (2).js`; a leading dot is no extension: `.env` → `.env (2)`. */
export function numbered(path: string, number: number): string {
  const slash = path.lastIndexOf("/") + 1;
  const name = path.slice(slash);
  const dot = name.lastIndexOf(".");
  const at = dot < 1 ? name.length : dot;
  return `${path.slice(0, slash)}${name.slice(0, at)} (${number})${name.slice(at)}`;
}
