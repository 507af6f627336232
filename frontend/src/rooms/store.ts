/** The one implementation of `Store`: a value, its watchers, and two speeds of telling them. */
import type { Store } from "./state";

export interface WritableStore<T> extends Store<T> {
  /** Replaces the value and tells the watchers at once. */
  set(value: T): void;
  /** Replaces the value and tells the watchers once before the next frame, for what changes faster than a screen. */
  setSoon(value: T): void;
}

/** Runs a callback before the next frame. */
export type Schedule = (callback: () => void) => void;

const nextFrame: Schedule = (callback) => {
  requestAnimationFrame(callback);
};

export function createStore<T>(initial: T, schedule: Schedule = nextFrame): WritableStore<T> {
  let value = initial;
  let due = false;
  const listeners = new Set<() => void>();
  const tell = () => {
    due = false;
    for (const listener of [...listeners]) {
      listener();
    }
  };
  return {
    get: () => value,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    set(next) {
      if (!Object.is(next, value)) {
        value = next;
        tell();
      }
    },
    setSoon(next) {
      value = next;
      if (!due) {
        due = true;
        schedule(() => due && tell());
      }
    },
  };
}
