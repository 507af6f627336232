import { useState } from "react";
import type { RoomSession } from "../rooms/session";
import { useStore } from "../ui/use-store";
import type { Close } from "../wire/types";

interface Ending {
  readonly what: string;
  /** What a person may do about it: `reload`, or `discard` what the server did not take and reload. */
  readonly remedy: "reload" | "discard" | "home";
}

const ENDINGS: Readonly<Record<Extract<Close, 4400 | 4401 | 4403 | 4409 | 4413>, Ending>> = {
  4400: { what: "The server did not understand this page, and closed the connection.", remedy: "discard" },
  4401: { what: "Your link does not open this room any more. Ask its owner for a new one.", remedy: "home" },
  4403: { what: "You may look at this room, but not write in it: your last change was not taken.", remedy: "discard" },
  4409: { what: "The room was restored to an earlier state. Reload to see it.", remedy: "reload" },
  4413: { what: "Your last change makes the room larger than it may be, and was not taken.", remedy: "discard" },
};

/** Why the room is closed for good, and what to do now. */
export function ClosedBanner({ session }: { session: RoomSession }) {
  const closed = useStore(session.state, (state) => state.closed);
  const saved = useStore(session.state, (state) => state.saved);
  const [busy, setBusy] = useState(false);
  if (closed === null) {
    return null;
  }
  const { what, remedy } = ENDINGS[closed.code as keyof typeof ENDINGS] ?? {
    what: "The room was closed.",
    remedy: "reload",
  };
  const discard = remedy === "discard" && !saved;
  const act = async () => {
    setBusy(true);
    if (discard) {
      await session.discard();
    }
    location.reload();
  };
  return (
    <div className="closed-banner" role="alert">
      <p>
        <strong>{what}</strong> {closed.reason !== "" && <span>The server says: {closed.reason}</span>}
      </p>
      {remedy === "home" ? (
        <a className="button" href="/">
          Home
        </a>
      ) : (
        <button type="button" className="button" disabled={busy} onClick={() => void act()}>
          {discard ? "Reload without my unsaved changes" : "Reload"}
        </button>
      )}
    </div>
  );
}
