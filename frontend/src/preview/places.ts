/** Finds the places in a room's documents that a page's errors and stacks name. */

/** A place in a document. Lines and columns are 1-based. */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** A piece of a text: plain, or with the place that it names. */
export interface Piece {
  readonly text: string;
  readonly place: Place | null;
}

/** The document that an address under `base` (the preview's own, with a slash at its end) means; null for others. */
export function documentAt(base: string, url: string, index: string | null): string | null {
  if (!url.startsWith(base)) return null;
  const end = url.search(/[?#]/);
  try {
    const path = decodeURIComponent(url.slice(base.length, end < 0 ? undefined : end));
    if (path === "") return index;
    return path.endsWith("/") ? `${path}index.html` : path;
  } catch {
    return null;
  }
}

/** The address of a document under `base`, in a version that no cache holds. */
export function addressOf(base: string, path: string, version: number): string {
  return `${base}${path.split("/").map(encodeURIComponent).join("/")}?v=${version}`;
}

/** `text` cut at the addresses under `base`, each shown as `path:line:column` and leading there. */
export function piecesOf(base: string, text: string, index: string | null): Piece[] {
  const pieces: Piece[] = [];
  let copied = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const [whole, url = "", line, column] = match;
    const path = documentAt(base, url, index);
    if (path === null) continue;
    if (match.index > copied) pieces.push({ text: text.slice(copied, match.index), place: null });
    const place = { path, line: Number(line), column: Number(column ?? 1) };
    pieces.push({ text: `${path}:${line}${column === undefined ? "" : `:${column}`}`, place });
    copied = match.index + whole.length;
  }
  if (copied < text.length) pieces.push({ text: text.slice(copied), place: null });
  return pieces;
}

/** The lines of a stack that name a document of the room; the runtime's and the browser's own are left out. */
export function ownLines(base: string, stack: string): string {
  return stack
    .split("\n")
    .filter((line) => line.includes(base))
    .join("\n");
}

const ADDRESS = /(https?:\/\/[^\s()<>"']+?):(\d{1,7})(?::(\d{1,7}))?(?![\w/])/g;
