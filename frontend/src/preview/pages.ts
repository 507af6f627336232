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

/** The page that a turn made, the nearest to the top of several; null for none. `old` are pages that were there before. */
export function pageMade(
  old: ReadonlySet<string>,
  pages: readonly string[],
  turn: { readonly hunks: readonly { readonly path: string; readonly before: string }[] } | undefined,
): string | null {
  const creates = (page: string) => turn?.hunks.some((hunk) => hunk.path === page && hunk.before === "");
  return indexOf(pages.filter((page) => !old.has(page) && creates(page)));
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
