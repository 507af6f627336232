import { useEffect } from "react";
import type { RoomSession } from "../rooms/session";
import { notify } from "../ui/toasts";
import type { Event, Member, Role } from "../wire/types";
import { newsOfRole } from "./roles";

/** Says who joined, once each, and what owners decided about oneself. */
export function useNews(session: RoomSession): void {
  useEffect(() => session.onEvent(newsTeller(session, notify)), [session]);
}

export function newsTeller(session: Pick<RoomSession, "state">, tell: (text: string) => void): (event: Event) => void {
  const met = new Set<string>();
  let role: Role | null = null;
  const hearOfOneself = (me: Member) => {
    met.add(me.id);
    if (role !== null && role !== me.role) {
      tell(newsOfRole(me.role));
    }
    role = me.role;
  };
  return (event) => {
    const me = session.state.get().me;
    switch (event.type) {
      case "hello":
        hearOfOneself(event.member);
        for (const member of event.state?.room.members ?? []) {
          if (member.here) {
            met.add(member.id);
          }
        }
        break;
      case "member":
        if (event.member.id === me?.id) {
          hearOfOneself(event.member);
        } else if (event.member.here && !met.has(event.member.id)) {
          met.add(event.member.id);
          tell(`${event.member.name} joined`);
        }
        break;
      case "request":
        if (event.state === "declined" && event.request.member !== null && event.request.member === me?.id) {
          tell("An owner declined: you go on viewing.");
        }
        break;
    }
  };
}
