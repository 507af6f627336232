import type { Desk } from "../documents/desk";
import type { RoomFile } from "../documents/files";
import { TimelineButton } from "../history/timeline-button";
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
  readonly files: Store<readonly RoomFile[]>;
  readonly whereabouts: Store<readonly Whereabout[]>;
  readonly desk: Desk;
}

export function Header({ session, files, whereabouts, desk }: HeaderProps) {
  return (
    <header className="room-header">
      <Brand />
      <RoomTitle session={session} />
      <SavedState session={session} />
      <Members session={session} whereabouts={whereabouts} desk={desk} />
      <TimelineButton session={session} files={files} />
      <Share session={session} />
      <ThemeToggle />
    </header>
  );
}

function SavedState({ session }: { session: RoomSession }) {
  const words = useStore(session.state, savedWords);
  return (
    <span className="saved-state" role="status" data-state={words} title={words}>
      {words}
    </span>
  );
}

/** "Saved" only when the server has said so, "kept" only while it is written down here. */
export function savedWords({ connection, saved, kept, stalled, me }: RoomState): string {
  switch (connection) {
    case "connecting":
      return "Connecting…";
    case "offline":
      return saved ? "Offline" : kept ? "Offline: kept in this browser" : "Not saved: offline";
    case "closed":
      return saved ? "Closed" : kept ? "Not saved: kept in this browser" : "Not saved";
    case "live":
      if (me?.role === "viewer") {
        return "View only";
      }
      return saved ? "Saved" : stalled ? "Not saved: the server cannot write" : "Saving…";
  }
}
