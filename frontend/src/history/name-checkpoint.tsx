import { BookmarkPlus } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { RoomSession } from "../rooms/session";
import { notify, notifyError } from "../ui/toasts";

const LONGEST = 200;

interface NameCheckpointProps {
  readonly session: RoomSession;
  readonly onMade: () => void;
}

/** Makes the room as it is now a checkpoint, with a name or without. */
export function NameCheckpoint({ session, onMade }: NameCheckpointProps) {
  const [label, setLabel] = useState("");
  const save = (event: FormEvent) => {
    event.preventDefault();
    session.command({ type: "checkpoint", label: label.trim() }).then(() => {
      notify("Checkpoint saved.");
      setLabel("");
      onMade();
    }, notifyError);
  };
  return (
    <form className="name-checkpoint" onSubmit={save}>
      <input
        className="field"
        aria-label="Name of the checkpoint"
        placeholder="Name what you have now"
        maxLength={LONGEST}
        value={label}
        onChange={(event) => setLabel(event.target.value)}
      />
      <button type="submit" className="button" title="Save checkpoint">
        <BookmarkPlus className="icon" /> <span>Save checkpoint</span>
      </button>
    </form>
  );
}
