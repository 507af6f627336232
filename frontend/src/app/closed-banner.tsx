import { useState } from "react";
import { documentsOf } from "../documents/copies";
import type { RoomSession } from "../rooms/session";
import { download } from "../ui/download";
import { useStore } from "../ui/use-store";
import type { Close } from "../wire/types";

interface Ending {
  readonly what: string;
  /**
   * What a person may do about it: `reload`, reload with what the server did not take set `aside`, or `ask` to be let in
   * by the page that comes then.
   */
  readonly remedy: "reload" | "aside" | "ask";
}

const ENDINGS: Readonly<Record<Extract<Close, 4400 | 4401 | 4403 | 4409 | 4413>, Ending>> = {
  4400: { what: "The server did not understand this page, and closed the connection.", remedy: "aside" },
  4401: { what: "You are not in this room any more.", remedy: "ask" },
  4403: { what: "You may look at this room, but not write in it: your last change was not taken.", remedy: "aside" },
  4409: { what: "The room was restored from a backup.", remedy: "reload" },
  4413: { what: "Your last change makes the room larger than it may be, and was not taken.", remedy: "aside" },
};
const UNKNOWN: Ending = { what: "The room was closed.", remedy: "reload" };

/** Why the room is closed for good, what to do now, and where what was not saved is. */
export function ClosedBanner({ session }: { session: RoomSession }) {
  const closed = useStore(session.state, (state) => state.closed);
  const saved = useStore(session.state, (state) => state.saved);
  const kept = useStore(session.state, (state) => state.kept);
  const [busy, setBusy] = useState(false);
  const [taken, setTaken] = useState(false);
  const [failed, setFailed] = useState(false);
  if (closed === null) {
    return null;
  }
  const { what, remedy } = ENDINGS[closed.code as keyof typeof ENDINGS] ?? UNKNOWN;
  const restored = closed.code === 4409;
  const aside = remedy === "aside" && !saved;
  const atStake = !saved || restored;
  const act = async () => {
    setBusy(true);
    if (!aside) {
      await session.keep();
    } else if (!(await session.setAside()) && !taken) {
      setBusy(false);
      setFailed(true);
      return;
    }
    location.reload();
  };
  const take = () => {
    setTaken(true);
    void download(documentsOf(session.doc), "your copy");
  };
  return (
    <div className="closed-banner" role="alert">
      <p>
        <strong>{what}</strong> {closed.reason !== "" && <span>The server says: {closed.reason}</span>}{" "}
        {atStake && remedy !== "ask" && (
          <span>
            {kept && !failed
              ? "What you wrote that the room lacks is offered to you after the reload."
              : "This browser cannot keep what you wrote: download it before you reload."}
          </span>
        )}
      </p>
      {atStake && (
        <button type="button" className="button" onClick={take}>
          Download my copy
        </button>
      )}
      {remedy === "ask" && (
        <a className="button" href="/">
          Home
        </a>
      )}
      <button type="button" className="button" disabled={busy} onClick={() => void act()}>
        {remedy === "ask" ? "Ask to join" : aside ? "Set my changes aside and reload" : "Reload"}
      </button>
    </div>
  );
}
