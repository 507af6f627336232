import { useEffect } from "react";
import { readModels } from "../rooms/api";
import type { RoomSession } from "../rooms/session";

/** Whoever comes back to the room may have connected a model on another page. */
export function useModels(session: RoomSession): void {
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === "visible") {
        // What was known stands as long as the server cannot be reached.
        readModels().then(
          (models) => session.learnModels(models),
          () => {},
        );
      }
    };
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [session]);
}
