import { Popover } from "radix-ui";
import { type FormEvent, useId, useState } from "react";
import type { Desk } from "../documents/desk";
import { type PresenceUser, userOf } from "../rooms/presence";
import { mayDecide } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import type { Whereabout } from "../rooms/whereabouts";
import { Avatar } from "../ui/avatar";
import { notifyError } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import type { Member } from "../wire/types";
import { MemberMenu, Removal } from "./member-menu";
import "./members.css";

const MOST_SHOWN = 4;
/** As the server takes it. */
const NAME_LENGTH = 40;

interface MembersProps {
  readonly session: RoomSession;
  readonly whereabouts: Store<readonly Whereabout[]>;
  readonly desk: Desk;
}

/**
 * Who is here, models at work included: a click on somebody follows them. The last one opens into a list, with those who
 * are away, in which one can rename oneself, and in which owners change roles and remove people.
 */
export function Members({ session, whereabouts, desk }: MembersProps) {
  const all = useStore(session.state, (state) => state.members);
  const me = useStore(session.state, (state) => state.me);
  const seen = useStore(whereabouts, (value) => value);
  const decides = useStore(session.state, mayDecide);
  const [leaving, setLeaving] = useState<Member | null>(null);
  const models = seen.filter(({ user }) => user.model);
  const away = all.filter((member) => !member.here && member.id !== me?.id);
  const others = all.filter((member) => member.here && member.id !== me?.id);
  const count = others.length + models.length + (me === null ? 0 : 1);
  // Who came without telling where they are, as scripts do, cannot be followed.
  const followed = (member: Member) => seen.some(({ user }) => user.id === member.id);
  return (
    <div className="members">
      {models.map(({ client, user }) => (
        <FollowAvatar key={client} user={user} desk={desk} />
      ))}
      {others
        .filter(followed)
        .slice(0, MOST_SHOWN)
        .map((member) => (
          <FollowAvatar key={member.id} user={userOf(member)} desk={desk} />
        ))}
      <Popover.Root>
        <Popover.Trigger asChild>
          <button type="button" className="members-all" aria-label={`Members: ${count} here`} title="Who is here">
            {me !== null && <Avatar name={me.name} colour={me.colour} />}
            <span className="members-count">{count}</span>
          </button>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content className="popover" align="end" sideOffset={6} collisionPadding={8}>
            <h2>In this room</h2>
            <ul className="member-list">
              {me !== null && (
                <li>
                  <Avatar name={me.name} colour={me.colour} />
                  <OwnName key={me.name} me={me} session={session} />
                  <span className="small muted">{me.role}</span>
                </li>
              )}
              {others.map((member) => (
                <li key={member.id}>
                  <Avatar name={member.name} colour={member.colour} />
                  <span>{member.name}</span>
                  <span className="small muted">{member.role}</span>
                  {followed(member) && <FollowButton user={userOf(member)} desk={desk} />}
                  {decides && <MemberMenu room={session.id} member={member} onRemove={() => setLeaving(member)} />}
                </li>
              ))}
              {models.map(({ client, user }) => (
                <li key={client}>
                  <Avatar name={user.name} colour={user.color} model />
                  <span>{user.name}</span>
                  <span className="small muted">writing</span>
                  <FollowButton user={user} desk={desk} />
                </li>
              ))}
              {away.map((member) => (
                <li key={member.id} className="member-away">
                  <Avatar name={member.name} colour={member.colour} />
                  <span>{member.name}</span>
                  <span className="small muted">{member.role}, away</span>
                  {decides && <MemberMenu room={session.id} member={member} onRemove={() => setLeaving(member)} />}
                </li>
              ))}
            </ul>
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      {leaving !== null && <Removal room={session.id} member={leaving} onClose={() => setLeaving(null)} />}
    </div>
  );
}

interface FollowProps {
  readonly user: PresenceUser;
  readonly desk: Desk;
}

function FollowAvatar({ user, desk }: FollowProps) {
  const [follows, toggle, label] = useFollowing(user, desk);
  return (
    <button
      type="button"
      className="members-follow"
      aria-pressed={follows}
      aria-label={label}
      title={label}
      onClick={toggle}
    >
      <Avatar name={user.name} colour={user.color} model={user.model} />
    </button>
  );
}

function FollowButton({ user, desk }: FollowProps) {
  const [follows, toggle] = useFollowing(user, desk);
  return (
    <Popover.Close asChild>
      <button type="button" className="button" onClick={toggle}>
        {follows ? "Stop following" : "Follow"}
      </button>
    </Popover.Close>
  );
}

/** Whether the view follows somebody, and what changes that. Models are followed one and all. */
function useFollowing(user: PresenceUser, desk: Desk): readonly [boolean, () => void, string] {
  const leader = useStore(desk.guide.leader, (value) => value);
  const models = useStore(desk.state, ({ following }) => following);
  const follows = user.model ? models : leader?.id === user.id;
  const toggle = () => {
    if (follows) {
      desk.touch();
    } else if (user.model) {
      desk.startFollowing();
    } else {
      desk.followMember(user);
    }
  };
  return [follows, toggle, `${follows ? "Stop following" : "Follow"} ${user.name}`];
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
