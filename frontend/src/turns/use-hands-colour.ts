import { useCallback, useSyncExternalStore } from "react";
import { others } from "../rooms/presence";
import type { RoomSession } from "../rooms/session";

/** The colour of the cursor with which a turn's model writes; null while it has none. */
export function useHandsColour({ awareness }: RoomSession, turn: string): string | null {
  const subscribe = useCallback(
    (changed: () => void) => {
      awareness.on("change", changed);
      return () => awareness.off("change", changed);
    },
    [awareness],
  );
  return useSyncExternalStore(subscribe, () => {
    const hands = others(awareness).find(([, { user }]) => user.model === true && user.turn === turn);
    return hands?.[1].user.color ?? null;
  });
}
