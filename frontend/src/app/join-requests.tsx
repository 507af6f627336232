import { useState } from "react";
import { answerRequest } from "../rooms/api";
import type { RoomSession } from "../rooms/session";
import { Avatar } from "../ui/avatar";
import { notifyError } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import type { JoinRequest, Role } from "../wire/types";
import { Notice } from "./notice";

/** Who asks to be let in, or to be let write, for an owner to answer. */
export function JoinRequests({ session }: { session: RoomSession }) {
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
