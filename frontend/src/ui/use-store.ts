import { useSyncExternalStore } from "react";
import type { Store } from "../rooms/state";

/**
 * The selected part of a store; the component renders again only when that part is another value (by `Object.is`).
 * `select` must therefore return a part of the state or something primitive, never a fresh object.
 */
export function useStore<T, S>(store: Store<T>, select: (value: T) => S): S {
  const read = () => select(store.get());
  return useSyncExternalStore(store.subscribe, read, read);
}
