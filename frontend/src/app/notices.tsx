/** What somebody in the room has to know or to answer, in bars below the header. */
import { Eye } from "lucide-react";
import { useState } from "react";
import { askToJoin } from "../rooms/api";
import { mayDecide } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import { notify, notifyError } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import { JoinRequests } from "./join-requests";
import { KeepLink } from "./keep-link";
import { Newcomer } from "./newcomer";
import { Notice } from "./notice";
import "./notices.css";

export function Notices({ session }: { session: RoomSession }) {
  const me = useStore(session.state, (state) => state.me);
  const open = useStore(session.state, (state) => state.connection !== "closed");
  const decides = useStore(session.state, mayDecide);
  const calm = useStore(session.state, (state) => state.requests.length === 0);
  return (
    <section className="notices" aria-label="Notices" aria-live="polite">
      {decides && <JoinRequests session={session} />}
      {decides && calm && <KeepLink room={session.id} />}
      {open && me?.role === "viewer" && <Viewing session={session} />}
      {open && me !== null && me.role !== "owner" && <Newcomer session={session} me={me} />}
    </section>
  );
}

function Viewing({ session }: { session: RoomSession }) {
  const asked = useStore(session.state, ({ requests, me }) => requests.some(({ member }) => member === me?.id));
  const [busy, setBusy] = useState(false);
  const ask = async () => {
    setBusy(true);
    try {
      const { state } = await askToJoin(session.id, null);
      if (state === "declined") {
        notify("An owner declined this a moment ago. Ask again later.");
      }
    } catch (error) {
      notifyError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Notice
      icon={<Eye className="icon" />}
      words={
        asked
          ? "You are viewing. The room's owners see that you ask to edit."
          : "You are viewing: you see everything live and change nothing."
      }
    >
      {!asked && (
        <button type="button" className="button" disabled={busy} onClick={() => void ask()}>
          Ask to edit
        </button>
      )}
    </Notice>
  );
}
