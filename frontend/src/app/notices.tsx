/** What somebody in the room has to know or to answer, in bars below the header. */
import { Eye, KeyRound, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { answerRequest, askToJoin, readLinks } from "../rooms/api";
import { mayDecide } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import { Avatar } from "../ui/avatar";
import { copyText } from "../ui/clipboard";
import { IconButton } from "../ui/icon-button";
import { notify, notifyError } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import type { JoinRequest, Role } from "../wire/types";
import "./notices.css";

export function Notices({ session }: { session: RoomSession }) {
  const decides = useStore(session.state, mayDecide);
  const calm = useStore(session.state, ({ requests }) => requests.length === 0);
  const views = useStore(session.state, ({ me, connection }) => me?.role === "viewer" && connection !== "closed");
  return (
    <section className="notices" aria-label="Notices" aria-live="polite">
      {decides && <JoinRequests session={session} />}
      {decides && calm && <KeepLink room={session.id} />}
      {views && <Viewing session={session} />}
    </section>
  );
}

function Notice({ icon, words, children }: { icon: ReactNode; words: ReactNode; children: ReactNode }) {
  return (
    <div className="notice">
      <p>
        {icon}
        <span>{words}</span>
      </p>
      <div className="notice-actions">{children}</div>
    </div>
  );
}

function JoinRequests({ session }: { session: RoomSession }) {
  const requests = useStore(session.state, (state) => state.requests);
  return requests.map((request) => <Asking key={request.id} room={session.id} request={request} />);
}

function Asking({ room, request }: { room: string; request: JoinRequest }) {
  const [busy, setBusy] = useState(false);
  const { name } = request;
  // The event that follows takes the notice away, in every owner's page.
  const answer = (role: Role | null) => {
    setBusy(true);
    answerRequest(room, request.id, role).catch((error: unknown) => {
      setBusy(false);
      notifyError(error);
    });
  };
  const views = request.member !== null && !request.removed;
  const wish = request.removed ? "asks to come back: an owner removed them" : views ? "asks to edit" : "asks to join";
  return (
    <Notice
      icon={<Avatar name={name} colour={request.colour} />}
      words={
        <>
          <strong>{name}</strong> {wish}
        </>
      }
    >
      <button
        type="button"
        className="button primary"
        aria-label={`Let ${name} edit`}
        disabled={busy}
        onClick={() => answer("editor")}
      >
        Let edit
      </button>
      {!views && (
        <button
          type="button"
          className="button"
          aria-label={`Let ${name} view`}
          disabled={busy}
          onClick={() => answer("viewer")}
        >
          Let view
        </button>
      )}
      <button
        type="button"
        className="button"
        aria-label={`Decline ${name}`}
        disabled={busy}
        onClick={() => answer(null)}
      >
        Decline
      </button>
    </Notice>
  );
}

/** Owners are told once, in each browser: without their link, another browser does not know them. */
function KeepLink({ room }: { room: string }) {
  const key = `sparkroom:link-kept:${room}`;
  const [told, setTold] = useState(() => localStorage.getItem(key) !== null);
  if (told) {
    return null;
  }
  const finish = () => {
    localStorage.setItem(key, "1");
    setTold(true);
  };
  const copy = async () => {
    try {
      const { owner } = await readLinks(room);
      if (await copyText(owner)) {
        notify("Your link was copied. Keep it where you find it again.");
        finish();
      } else {
        notify(`Copying is not allowed here. The link is ${owner}`);
      }
    } catch (error) {
      notifyError(error);
    }
  };
  return (
    <Notice
      icon={<KeyRound className="icon" />}
      words="Keep your own link: it opens this room as yours in any browser. The address bar does not have it."
    >
      <button type="button" className="button" onClick={() => void copy()}>
        Copy my link
      </button>
      <IconButton label="Dismiss: keep your link" onClick={finish}>
        <X className="icon" />
      </IconButton>
    </Notice>
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
