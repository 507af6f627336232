import type { RoomSession } from "../rooms/session";
import type { RoomState, Store } from "../rooms/state";
import type { Whereabout } from "../rooms/whereabouts";
import { ThemeToggle } from "../ui/theme-toggle";
import { useStore } from "../ui/use-store";
import { Brand } from "./brand";
import "./header.css";
import { Members } from "./members";
import { RoomTitle } from "./room-title";
import { Share } from "./share";

interface HeaderProps {
  readonly session: RoomSession;
  readonly whereabouts: Store<readonly Whereabout[]>;
}

export function Header({ session, whereabouts }: HeaderProps) {
  return (
    <header className="room-header">
      <Brand />
      <RoomTitle session={session} />
      <SavedState session={session} />
      <Members session={session} whereabouts={whereabouts} />
      <Share session={session} />
      <ThemeToggle />
    </header>
  );
}

function SavedState({ session }: { session: RoomSession }) {
  const words = useStore(session.state, savedWords);
  return (
    <span className="saved-state" role="status" data-state={words}>
      {words}
    </span>
  );
}

/** "Saved" only when the server has said so. */
export function savedWords(state: RoomState): string {
  switch (state.connection) {
    case "connecting":
      return "Connecting…";
    case "offline":
      return state.saved ? "Offline" : "Not saved: offline";
    case "closed":
      return state.saved ? "Closed" : "Not saved";
    case "live":
      return state.me?.role === "viewer" ? "View only" : state.saved ? "Saved" : "Saving…";
  }
}
