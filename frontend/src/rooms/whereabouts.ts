/** Who looks at which file: presence without the cursors, so that views need not follow every keystroke. */
import type { Awareness } from "y-protocols/awareness";
import { others, type PresenceUser } from "./presence";
import type { Store } from "./state";
import { createStore } from "./store";

export interface Whereabout {
  readonly client: number;
  readonly user: PresenceUser;
  /** The id of a file. */
  readonly document: string | null;
}

export function watchWhereabouts(awareness: Awareness): Store<readonly Whereabout[]> {
  const read = () => others(awareness).map(([client, { user, document }]) => ({ client, user, document }));
  const store = createStore<readonly Whereabout[]>(read());
  let known = JSON.stringify(store.get());
  awareness.on("change", () => {
    const next = read();
    const text = JSON.stringify(next);
    if (text !== known) {
      known = text;
      store.set(next);
    }
  });
  return store;
}
