/** Which of a room's documents are pages, and which may matter to one. */

/** The room's pages, the one that stands for the room first, the others by name. */
export function pagesOf(paths: Iterable<string>): string[] {
  const pages = [...paths].filter(isPage).sort(byCodePoint);
  const index = indexOf(pages);
  return index === null ? [] : [index, ...pages.filter((page) => page !== index)];
}

/** The `index.html` nearest to the top, otherwise the first page there. Python's twin: `index_of` in domain/previews.py. */
export function indexOf(paths: Iterable<string>): string | null {
  let best: string | null = null;
  for (const path of paths) {
    if (isPage(path) && (best === null || isNearer(path, best))) best = path;
  }
  return best;
}

/**
 * The page to show because a turn just made it, beside the one that stands for the room; null for none. `known` are
 * the pages so far: the room's first one is shown anyway.
 */
export function pageMade(
  known: readonly string[],
  pages: readonly string[],
  turn: { readonly hunks: readonly { readonly path: string }[] } | undefined,
): string | null {
  if (known.length === 0 || turn === undefined) return null;
  const made = pages.filter((page) => !known.includes(page) && turn.hunks.some((hunk) => hunk.path === page));
  return indexOf(made);
}

export function isPage(path: string): boolean {
  return /[^/]\.html?$/i.test(path);
}

/** False for documents that no page loads: programs for the sandbox, notes and settings. */
export function mayMatter(path: string): boolean {
  return !/(\.(py|md|toml|cfg|ini|lock|sh|ya?ml|rst)|(^|\/)\.[^/]*)$/i.test(path);
}

export function isStyle(path: string): boolean {
  return /\.css$/i.test(path);
}

function isNearer(path: string, best: string): boolean {
  const [far, depth] = nearness(path);
  const [bestFar, bestDepth] = nearness(best);
  if (far !== bestFar) return far < bestFar;
  if (depth !== bestDepth) return depth < bestDepth;
  return byCodePoint(path, best) < 0;
}

function nearness(path: string): [number, number] {
  const parts = path.split("/");
  return [/^index\.html?$/i.test(parts.at(-1) ?? "") ? 0 : 1, parts.length];
}

/** As Python sorts: JavaScript's own order would put an emoji before the last characters of the first plane. */
function byCodePoint(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const difference = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
