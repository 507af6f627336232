/** What a page keeps over a reload: its storage, and the state it hands to `sparkroom.save`. */

/** Most characters of JSON that `sparkroom.save` may keep. */
const STATE_LENGTH = 1_000_000;

interface Kept {
  readonly local?: readonly (readonly [string, string])[];
  readonly session?: readonly (readonly [string, string])[];
  /** The page's own state. Absent when it has none to restore. */
  readonly state?: unknown;
}

/** The hook that pages find as `window.sparkroom`. */
export interface Hook {
  /** `save` returns the page's state, as JSON can hold it; it is called before the IDE reloads the page. */
  save(save: () => unknown): void;
  /** `restore` is called with the state from before the reload, after the current script; never if there is none. */
  restore(restore: (state: unknown) => void): void;
}

/** Reads what an earlier page kept; nothing if that is damaged. */
export function readKept(content: string): Kept {
  try {
    return JSON.parse(content) ?? {};
  } catch {
    return {};
  }
}

/** Everything to be kept, for `readKept`. `state` is JSON already, or "". */
export function writeKept(local: Storage, session: Storage, state: string): string {
  const storage = JSON.stringify({ local: Object.entries(local), session: Object.entries(session) });
  return state === "" ? storage : `${storage.slice(0, -1)},"state":${state}}`;
}

/**
 * The page's hook, which hands out the state from before the reload, and the function that asks the page for its
 * state: JSON, or "" when it keeps none. `complain` hears why it could not.
 */
export function pageState(before: unknown, complain: (why: string, error?: unknown) => void): [Hook, () => string] {
  let waiting = before;
  let saver: (() => unknown) | undefined;
  const hook: Hook = {
    save: (save) => {
      saver = save;
    },
    restore: (restore) => {
      const state = waiting;
      waiting = undefined;
      if (state !== undefined) queueMicrotask(() => restore(state));
    },
  };
  const save = () => {
    try {
      const json = JSON.stringify(saver?.()) ?? "";
      if (json.length <= STATE_LENGTH) return json;
      complain(`sparkroom.save: ${json.length} characters are too many; ${STATE_LENGTH} can be kept`);
    } catch (error) {
      complain("sparkroom.save failed, so the page starts afresh:", error);
    }
    return "";
  };
  return [Object.freeze(hook), save];
}
