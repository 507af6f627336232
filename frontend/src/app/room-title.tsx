import { type FormEvent, type KeyboardEvent, useState } from "react";
import { retitleRoom } from "../rooms/api";
import type { RoomSession } from "../rooms/session";
import { notifyError } from "../ui/toasts";
import { useStore } from "../ui/use-store";

/** As the server takes it. */
const TITLE_LENGTH = 120;

/** The room's title. Its owner changes it by a click on it. */
export function RoomTitle({ session }: { session: RoomSession }) {
  const title = useStore(session.state, (state) => state.room?.title ?? "");
  const owner = useStore(session.state, (state) => state.me?.role === "owner");
  const [editing, setEditing] = useState(false);
  if (editing) {
    return <TitleField session={session} title={title} onClose={() => setEditing(false)} />;
  }
  return (
    <h1 title={owner ? `${title} (click to rename)` : title}>
      {owner ? (
        <button type="button" onClick={() => setEditing(true)}>
          {title}
        </button>
      ) : (
        title
      )}
    </h1>
  );
}

interface TitleFieldProps {
  readonly session: RoomSession;
  readonly title: string;
  readonly onClose: () => void;
}

/** Enter takes what was typed, Esc and a click elsewhere leave the title as it is. */
function TitleField({ session, title, onClose }: TitleFieldProps) {
  const [wanted, setWanted] = useState(title);
  const rename = (event: FormEvent) => {
    event.preventDefault();
    const name = wanted.trim();
    if (name !== "" && name !== title) {
      retitleRoom(session.id, name).catch(notifyError);
    }
    onClose();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      // Marked as taken: it must not stop a turn as well.
      event.preventDefault();
      onClose();
    }
  };
  return (
    <form className="room-title" onSubmit={rename}>
      <input
        className="field"
        // biome-ignore lint/a11y/noAutofocus: it stands where the click that asked for it was
        autoFocus
        aria-label="Room title"
        value={wanted}
        maxLength={TITLE_LENGTH}
        autoComplete="off"
        onFocus={(event) => event.target.select()}
        onChange={(event) => setWanted(event.target.value)}
        onKeyDown={press}
        onBlur={onClose}
      />
    </form>
  );
}
