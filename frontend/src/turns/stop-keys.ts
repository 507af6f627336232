/** Whose Esc: it stops only one's own turn, and only if nothing nearer takes it; Mod-. stops it from anywhere. */
import { ownRunningTurn } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import { notifyError } from "../ui/toasts";
import { askedTurn } from "./asking";

/** True if there was a turn to stop. */
export function stopOwnTurn(session: RoomSession): boolean {
  const running = ownRunningTurn(session.state.get());
  const found = running === null ? askedTurn(session) : Promise.resolve(running.id);
  if (found === null) return false;
  found.then((turn) => turn && session.command({ type: "stop_turn", turn })).catch(notifyError);
  return true;
}

/** Listens until the function it returns is called. */
export function watchStopKeys(session: RoomSession): () => void {
  const anywhere = (event: KeyboardEvent) => {
    if (event.key === "." && (event.ctrlKey || event.metaKey) && stopOwnTurn(session)) {
      event.preventDefault();
    }
  };
  // On the way up: completion, dialogs, menus and the search panel have had the key by then, and marked it as theirs.
  const unclaimed = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing && stopOwnTurn(session)) {
      event.preventDefault();
    }
  };
  window.addEventListener("keydown", anywhere, { capture: true });
  window.addEventListener("keydown", unclaimed);
  return () => {
    window.removeEventListener("keydown", anywhere, { capture: true });
    window.removeEventListener("keydown", unclaimed);
  };
}
