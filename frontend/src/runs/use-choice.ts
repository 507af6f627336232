import { useCallback, useMemo, useSyncExternalStore } from "react";
import type * as Y from "yjs";
import type { Store } from "../rooms/state";
import { useStore } from "../ui/use-store";
import { type Choice, choose } from "./choice";
import { SETTINGS } from "./settings";

export interface RunnableFile {
  readonly path: string;
  readonly text: Y.Text;
}

/** What can be run as the room is now, with every letter that is typed into its `sparkroom.toml`. */
export function useChoice(files: Store<readonly RunnableFile[]>, currentPath: string | null): Choice {
  const all = useStore(files, (known) => known);
  const settings = useText(all.find((file) => file.path === SETTINGS)?.text);
  return useMemo(
    () =>
      choose(
        all.map((file) => file.path),
        currentPath,
        settings,
      ),
    [all, currentPath, settings],
  );
}

function useText(text: Y.Text | undefined): string | null {
  const subscribe = useCallback(
    (changed: () => void) => {
      text?.observe(changed);
      return () => text?.unobserve(changed);
    },
    [text],
  );
  return useSyncExternalStore(subscribe, () => text?.toString() ?? null);
}
