/**
 * Following somebody: whom, and where they are. Who follows says so in their presence, so that three who follow in a
 * row see the same, and two who follow each other both stay where they are.
 */
import type { Awareness } from "y-protocols/awareness";
import { notify } from "../ui/toasts";
import { others, type Presence, type PresenceUser } from "./presence";
import type { RoomState, Store } from "./state";
import { createStore } from "./store";

/** Who was away for this long has left; a page that is loaded again is back sooner. */
const AWAY_MS = 4_000;

export interface Guide {
  /** The member who is followed. */
  readonly leader: Store<PresenceUser | null>;
  /** Where to look: the presence of whom the leader follows in the end; null while that is nobody. */
  readonly place: Store<Presence | null>;
  follow(user: PresenceUser): void;
  stop(): void;
}

export function openGuide(awareness: Awareness, state: Store<RoomState>): Guide {
  const leader = createStore<PresenceUser | null>(null);
  const place = createStore<Presence | null>(null);
  /** When each client last said something new: of two pages of one member the one in use counts. */
  const said = new Map<number, number>();
  let changes = 0;
  let away: ReturnType<typeof setTimeout> | undefined;

  const lead = (user: PresenceUser | null) => {
    clearTimeout(away);
    away = undefined;
    leader.set(user);
    if (awareness.getLocalState() !== null) {
      awareness.setLocalStateField("following", user?.id ?? null);
    }
    look();
  };
  const look = () => {
    const user = leader.get();
    if (user === null) {
      place.set(null);
      return;
    }
    const latest = new Map<string, Presence>();
    for (const [, presence] of others(awareness).sort(([a], [b]) => (said.get(a) ?? 0) - (said.get(b) ?? 0))) {
      latest.set(presence.user.id, presence);
    }
    place.set(placeToLook(latest, user.id, state.get().me?.id ?? null));
    if (latest.has(user.id)) {
      clearTimeout(away);
      away = undefined;
    } else {
      away ??= setTimeout(leave, AWAY_MS);
    }
  };
  const leave = () => {
    away = undefined;
    const user = leader.get();
    if (user === null) {
      return;
    }
    if (state.get().connection === "live") {
      lead(null);
      notify(`${user.name} has left: you follow nobody now.`);
    } else {
      away = setTimeout(leave, AWAY_MS);
    }
  };
  awareness.on("change", ({ added, updated, removed }: Record<"added" | "updated" | "removed", number[]>) => {
    for (const client of [...added, ...updated]) {
      changes += 1;
      said.set(client, changes);
    }
    for (const client of removed) {
      said.delete(client);
    }
    look();
  });
  return {
    leader,
    place,
    follow: lead,
    stop() {
      if (leader.get() !== null) {
        lead(null);
      }
    },
  };
}

/** From `leader` on to whom they follow, and so on: the first who follows nobody. Null in a circle, and without an end. */
export function placeToLook(
  members: ReadonlyMap<string, Presence>,
  leader: string,
  me: string | null,
): Presence | null {
  const passed = new Set<string | null>([me]);
  let at = leader;
  while (!passed.has(at)) {
    passed.add(at);
    const presence = members.get(at);
    if (presence === undefined || presence.following === null) {
      return presence ?? null;
    }
    at = presence.following;
  }
  return null;
}
