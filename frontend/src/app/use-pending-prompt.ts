import { useEffect, useRef } from "react";
import { mayWrite } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import { ask } from "../turns/asking";
import { notifyError } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import { takePrompt } from "./pending";

/** Asks what was typed on the home page, once, as soon as the room is there. */
export function usePendingPrompt(session: RoomSession, onAsked: () => void): void {
  const ready = useStore(session.state, (state) => state.connection === "live" && state.synced && mayWrite(state));
  const asked = useRef(onAsked);
  asked.current = onAsked;
  useEffect(() => {
    const pending = ready ? takePrompt(session.id) : null;
    if (pending !== null) {
      asked.current();
      ask(session, { prompt: pending.prompt, model: pending.model }).catch(notifyError);
    }
  }, [ready, session]);
}
