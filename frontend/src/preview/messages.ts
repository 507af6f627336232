/**
 * What passes between the IDE and a page in its preview: strings of the form `sparkroom:<nonce>:<json>`.
 *
 * The page is hostile. A string can be bounded before anything of it is read, every field is checked, and what a page
 * says is only ever shown as text. `kept` (its storage and state, carried over a reload) is never looked into here.
 */

export const LEVELS = ["log", "info", "warn", "error", "debug"] as const;
export type Level = (typeof LEVELS)[number];

/** Keys that reach the IDE although the page has the focus. */
export const KEYS = ["Escape", "Mod-."] as const;
export type Key = (typeof KEYS)[number];

/** Most characters of one console line, of one stack, and of what is carried over a reload. */
export const TEXT_LENGTH = 10_000;
export const STACK_LENGTH = 4_000;
export const KEPT_LENGTH = 2_500_000;

/** A place in a script, as the browser names it. Lines and columns are 1-based; 0 is "unknown". */
export interface Source {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** Page to IDE. */
export type FromPage =
  | { readonly type: "start"; readonly url: string }
  | { readonly type: "ready" }
  | { readonly type: "console"; readonly level: Level; readonly text: string; readonly stack: string }
  | { readonly type: "error"; readonly text: string; readonly stack: string; readonly source: Source }
  | { readonly type: "left_out"; readonly count: number }
  | { readonly type: "alive"; readonly beat: number }
  | { readonly type: "kept"; readonly save: number; readonly kept: string }
  | { readonly type: "swapped"; readonly count: number }
  | { readonly type: "key"; readonly key: Key };

/** IDE to page. */
export type ToPage =
  | { readonly type: "beat"; readonly beat: number }
  | { readonly type: "save"; readonly save: number; readonly state: boolean }
  | { readonly type: "swap"; readonly version: number };

const PREFIX = "sparkroom:";

/** A message, or the name of a frame: the nonce of the frame and what follows it. */
export function seal(nonce: string, content: string): string {
  return `${PREFIX}${nonce}:${content}`;
}

/** The nonce and the content of a frame's name; null when the page is not in the preview's frame. */
export function unsealName(name: string): { nonce: string; content: string } | null {
  const end = name.indexOf(":", PREFIX.length);
  if (!name.startsWith(PREFIX) || end < 0) return null;
  return { nonce: name.slice(PREFIX.length, end), content: name.slice(end + 1) };
}

/** The content of a message with this nonce; null for any other value. */
export function unseal(nonce: string, data: unknown): string | null {
  if (typeof data !== "string") return null;
  const start = seal(nonce, "");
  return data.startsWith(start) ? data.slice(start.length) : null;
}
