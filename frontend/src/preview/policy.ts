/**
 * When the preview follows the documents. Pure: what changed goes in with its time, and out comes what to do.
 *
 * A page is never loaded in the middle of a hunk, nor before the server has what is typed here; many hunks give one
 * reload; at the end of a turn the page is there at once. If nothing but styles changed, they are swapped in place.
 */
import { isStyle, mayMatter } from "./pages";

/**
 * Milliseconds of quiet after typing, and after a hunk: long enough for the next one to have begun if the model goes
 * on. After a turn there is no pause: the server has all of it already.
 */
export const TYPING_PAUSE = 400;
export const HUNK_PAUSE = 700;

/** What changed since the page was last brought up to date. Times are milliseconds on any one clock. */
export interface Pending {
  readonly paths: ReadonlySet<string>;
  readonly due: number;
  /** True once a turn that changed something ended: it is what the reload is for. */
  readonly turn: boolean;
}

export interface Facts {
  readonly now: number;
  /** A hunk of any turn is open. */
  readonly writing: boolean;
  /** The server has everything that was typed here. */
  readonly saved: boolean;
}

export type Step =
  | { readonly do: "nothing" }
  | { readonly do: "wait"; readonly until: number }
  | { readonly do: "swap" | "reload"; readonly turn: boolean };

export const UP_TO_DATE: Pending = { paths: new Set(), due: 0, turn: false };

/** Somebody typed in `path`, or the server changed it outside a turn. */
export function typed(pending: Pending, path: string, now: number): Pending {
  return note(pending, [path], now + TYPING_PAUSE, false);
}

/** A hunk in `path` closed and stays. */
export function hunkClosed(pending: Pending, path: string, now: number): Pending {
  return note(pending, [path], now + HUNK_PAUSE, false);
}

/** A turn ended that changed `paths`. */
export function turnEnded(pending: Pending, paths: readonly string[], now: number): Pending {
  return note(pending, paths, now, true);
}

/** What to do now. Ask again when `writing` or `saved` changes, when something is noted, and when a wait is over. */
export function nextStep(pending: Pending, { now, writing, saved }: Facts): Step {
  if (pending.paths.size === 0 || writing || !saved) return { do: "nothing" };
  if (now < pending.due) return { do: "wait", until: pending.due };
  return { do: [...pending.paths].every(isStyle) ? "swap" : "reload", turn: pending.turn };
}

function note(pending: Pending, changed: readonly string[], due: number, turn: boolean): Pending {
  const paths = changed.filter(mayMatter);
  if (paths.length === 0) return pending;
  return {
    paths: new Set([...pending.paths, ...paths]),
    // A keystroke just after a turn's end must not hold up what the turn wrote.
    due: pending.turn ? Math.min(pending.due, due) : due,
    turn: pending.turn || turn,
  };
}
