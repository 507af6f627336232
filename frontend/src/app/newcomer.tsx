import { X } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { RoomSession } from "../rooms/session";
import { Avatar } from "../ui/avatar";
import { IconButton } from "../ui/icon-button";
import { notifyError } from "../ui/toasts";
import type { Member } from "../wire/types";
import { Notice } from "./notice";
import { useOnce } from "./use-once";

const NAME_LENGTH = 40;

/** Who comes into a room for the first time reads once by which name, and may choose another. */
export function Newcomer({ session, me }: { session: RoomSession; me: Member }) {
  const [told, finish] = useOnce(`sparkroom:named:${session.id}`);
  const [name, setName] = useState<string | null>(null);
  if (told) {
    return null;
  }
  const rename = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name?.trim() ?? "";
    if (wanted !== "") {
      session.command({ type: "rename", name: wanted }).then(finish, notifyError);
    }
  };
  return (
    <Notice
      icon={<Avatar name={me.name} colour={me.colour} />}
      words={
        <>
          You are here as <strong>{me.name}</strong>.
        </>
      }
    >
      {name === null ? (
        <button type="button" className="button" onClick={() => setName(me.name)}>
          Rename
        </button>
      ) : (
        <form className="notice-form" onSubmit={rename}>
          <input
            className="field"
            aria-label="New name"
            value={name}
            maxLength={NAME_LENGTH}
            autoComplete="nickname"
            ref={focusOnce}
            onChange={(event) => setName(event.target.value)}
          />
          <button type="submit" className="button" disabled={name.trim() === ""}>
            Rename
          </button>
        </form>
      )}
      <IconButton label="Dismiss: your name" onClick={finish}>
        <X className="icon" />
      </IconButton>
    </Notice>
  );
}

function focusOnce(field: HTMLInputElement | null): void {
  field?.focus();
  field?.select();
}
