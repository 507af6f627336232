/** `@path` in a prompt: pure. Where one is being typed, what it may become, and which files a prompt mentions. */

/** A mention that is being typed: where its `@` stands, and what follows it so far. */
export interface Mention {
  readonly from: number;
  readonly query: string;
}

const MOST_SUGGESTED = 8;
const TYPING = /(?:^|[\s("'`])@([^\s@]{0,300})$/;
/** What may stand right after a mention without being part of a longer path. */
const AFTER = /^(?:$|[^\p{L}\p{N}\p{M}._/-]|[.](?:\s|$))/u;

/** The mention that ends at the caret; null if there is none. */
export function mentionAt(text: string, caret: number): Mention | null {
  const query = TYPING.exec(text.slice(Math.max(0, caret - 320), caret))?.[1];
  return query === undefined ? null : { from: caret - query.length - 1, query };
}

/** The paths that fit what was typed, the likeliest first. */
export function suggestions(paths: readonly string[], query: string): string[] {
  const wanted = query.toLowerCase();
  return paths
    .map((path) => ({ path, rank: rankOf(path.toLowerCase(), wanted) }))
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || a.path.length - b.path.length || (a.path < b.path ? -1 : 1))
    .slice(0, MOST_SUGGESTED)
    .map(({ path }) => path);
}

/** The prompt with `path` in place of what was typed of the mention, and where the caret goes. */
export function completed(text: string, mention: Mention, path: string): { text: string; caret: number } {
  const rest = text.slice(mention.from + 1 + mention.query.length);
  const head = `${text.slice(0, mention.from)}@${path}${/^[^\p{L}\p{N}@]/u.test(rest) ? "" : " "}`;
  // Typing goes on behind the space after it.
  return { text: head + rest, caret: head.length + (/^\s/.test(rest) ? 1 : 0) };
}

/** The files that a prompt mentions, in the order of `paths`. */
export function mentioned(text: string, paths: readonly string[]): string[] {
  return text.includes("@") ? paths.filter((path) => mentions(text, path)) : [];
}

function mentions(text: string, path: string): boolean {
  const sought = `@${path}`;
  for (let at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + 1)) {
    if (AFTER.test(text.slice(at + sought.length, at + sought.length + 2))) return true;
  }
  return false;
}

/** Less is better; null does not fit. */
function rankOf(path: string, wanted: string): number | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name.startsWith(wanted)) return 0;
  if (path.startsWith(wanted)) return 1;
  if (name.includes(wanted)) return 2;
  if (path.includes(wanted)) return 3;
  return inOrder(path, wanted) ? 4 : null;
}

/** True if the letters of `wanted` all stand in `path`, in their order. */
function inOrder(path: string, wanted: string): boolean {
  let at = 0;
  for (const letter of wanted) {
    at = path.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
