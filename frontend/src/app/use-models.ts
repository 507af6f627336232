import { useEffect } from "react";
import { readModels } from "../rooms/api";
import type { RoomSession } from "../rooms/session";

/** Whoever comes back to the room may have connected a model on another page, and so may a server that comes back. */
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
    // A hello without the room is one of a connection that came back.
    const forget = session.onEvent((event) => event.type === "hello" && event.state === null && look());
    document.addEventListener("visibilitychange", look);
    return () => {
      forget();
      document.removeEventListener("visibilitychange", look);
    };
  }, [session]);
}
