import { Popover } from "radix-ui";
import { type FormEvent, useId, useState } from "react";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import type { Whereabout } from "../rooms/whereabouts";
import { Avatar } from "../ui/avatar";
import { notifyError } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import type { Member } from "../wire/types";

const MOST_SHOWN = 4;
/** As the server takes it. */
const NAME_LENGTH = 40;

interface MembersProps {
  readonly session: RoomSession;
  readonly whereabouts: Store<readonly Whereabout[]>;
}

/** Who is here, models at work included; opens into a list in which one can rename oneself. */
export function Members({ session, whereabouts }: MembersProps) {
  const all = useStore(session.state, (state) => state.members);
  const me = useStore(session.state, (state) => state.me);
  const models = useStore(whereabouts, (value) => value).filter(({ user }) => user.model);
  const here = all.filter((member) => member.here && member.id !== me?.id);
  const people = me === null ? here : [me, ...here];
  const count = people.length + models.length;
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button type="button" className="members" aria-label={`Members: ${count} here`}>
          {models.map(({ client, user }) => (
            <Avatar key={client} name={user.name} colour={user.color} model />
          ))}
          {people.slice(0, MOST_SHOWN).map((member) => (
            <Avatar key={member.id} name={member.name} colour={member.colour} />
          ))}
          {people.length > MOST_SHOWN && <span className="members-more">+{people.length - MOST_SHOWN}</span>}
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" align="end" sideOffset={6} collisionPadding={8}>
          <h2>In this room</h2>
          <ul className="member-list">
            {people.map((member) => (
              <li key={member.id}>
                <Avatar name={member.name} colour={member.colour} />
                {member.id === me?.id ? (
                  <OwnName key={member.name} me={member} session={session} />
                ) : (
                  <span>{member.name}</span>
                )}
                <span className="small muted">{member.role}</span>
              </li>
            ))}
            {models.map(({ client, user }) => (
              <li key={client}>
                <Avatar name={user.name} colour={user.color} model />
                <span>{user.name}</span>
                <span className="small muted">writing</span>
              </li>
            ))}
          </ul>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function OwnName({ me, session }: { me: Member; session: RoomSession }) {
  const [name, setName] = useState(me.name);
  const field = useId();
  const wanted = name.trim();
  const rename = (event: FormEvent) => {
    event.preventDefault();
    if (wanted !== "" && wanted !== me.name) {
      session.command({ type: "rename", name: wanted }).catch(notifyError);
    }
  };
  return (
    <form className="own-name" onSubmit={rename}>
      <label htmlFor={field} className="visually-hidden">
        Your name
      </label>
      <input
        id={field}
        className="field"
        value={name}
        maxLength={NAME_LENGTH}
        autoComplete="nickname"
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="button" disabled={wanted === "" || wanted === me.name}>
        Rename
      </button>
    </form>
  );
}
