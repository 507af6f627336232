import { useEffect } from "react";
import type { RoomSession } from "../rooms/session";
import { useStore } from "../ui/use-store";
import { rememberRoom } from "./recent";

/** Puts the room's title into the browser's tab and the list of recent rooms. */
export function useTitle(session: RoomSession): void {
  const title = useStore(session.state, (state) => state.room?.title ?? "");
  useEffect(() => {
    document.title = title === "" ? "Sparkroom" : `${title} · Sparkroom`;
    rememberRoom(session.id, title);
  }, [session, title]);
}
