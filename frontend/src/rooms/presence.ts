/**
 * Who is where: the shape of an awareness state, and the check that every state of others passes before anything reads
 * it. Colours end in style attributes and names in the page, so what a stranger's browser says is checked here, once.
 */
import type { Awareness } from "y-protocols/awareness";
import type { Member } from "../wire/types";

export interface PresenceUser {
  readonly id: string;
  readonly name: string;
  /** `#rrggbb` */
  readonly color: string;
  /** `#rrggbb` or `#rrggbbaa`: behind selected text. */
  readonly colorLight: string;
  /** True for a model's hands; `turn` is then what they are writing. */
  readonly model?: boolean;
  readonly turn?: string;
}

export interface Presence {
  readonly user: PresenceUser;
  /** Relative positions, as y-codemirror.next writes them. */
  readonly cursor: { readonly anchor: object; readonly head: object } | null;
  /** The id of the file they look at. */
  readonly document: string | null;
  /** The first and the last line of it that they see, as relative positions of their starts. */
  readonly seen: { readonly top: object; readonly bottom: object } | null;
  /** The page that their preview shows: its path. */
  readonly page: string | null;
  /** The id of the member whom they follow: what they see is then up to that one. */
  readonly following: string | null;
}

const COLOUR = /^#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?$/;
const FALLBACK_COLOUR = "#7a7f8a";
const NAME_LENGTH = 60;
const ID_LENGTH = 64;
const FILE_ID_LENGTH = 255;
const PATH_LENGTH = 1_024;
/** Control characters, and those that turn the direction of what stands around a name. */
const UNSEEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A state that is safe to show, whatever was sent; null if nobody is behind it. */
export function cleanPresence(state: unknown): Presence | null {
  if (!isRecord(state) || !isRecord(state.user)) {
    return null;
  }
  const { user, cursor, seen } = state;
  const id = shortText(user.id, ID_LENGTH);
  if (id === null) {
    return null;
  }
  const color = colour(user.color, FALLBACK_COLOUR).slice(0, 7);
  return {
    user: {
      id,
      name: nameOf(user.name),
      color,
      colorLight: colour(user.colorLight, `${color}33`),
      ...(user.model === true ? { model: true } : {}),
      ...(shortText(user.turn, ID_LENGTH) === null ? {} : { turn: String(user.turn) }),
    },
    cursor:
      isRecord(cursor) && isPosition(cursor.anchor) && isPosition(cursor.head)
        ? { anchor: cursor.anchor, head: cursor.head }
        : null,
    document: shortText(state.document, FILE_ID_LENGTH),
    seen:
      isRecord(seen) && isPosition(seen.top) && isPosition(seen.bottom) ? { top: seen.top, bottom: seen.bottom } : null,
    page: shortText(state.page, PATH_LENGTH),
    following: shortText(state.following, ID_LENGTH),
  };
}

/** Cleans every state of others as it arrives. Must be the awareness' first listener. */
export function guardAwareness(awareness: Awareness): void {
  awareness.on("change", ({ added, updated }: { added: number[]; updated: number[] }) => {
    for (const client of [...added, ...updated]) {
      if (client !== awareness.clientID) {
        const clean = cleanPresence(awareness.states.get(client));
        if (clean === null) {
          awareness.states.delete(client);
        } else {
          awareness.states.set(client, clean as unknown as Record<string, unknown>);
        }
      }
    }
  });
}

/** Everybody else who is here, models included, in the order of their client ids. */
export function others(awareness: Awareness): [number, Presence][] {
  return [...awareness.getStates()]
    .filter(([client]) => client !== awareness.clientID)
    .map(([client, state]): [number, Presence] => [client, state as unknown as Presence])
    .sort(([a], [b]) => a - b);
}

/** One's own user field, from one's row. */
export function userOf(member: Member): PresenceUser {
  const color = colour(member.colour, FALLBACK_COLOUR).slice(0, 7);
  return { id: member.id, name: member.name, color, colorLight: `${color}33` };
}

function nameOf(value: unknown): string {
  const name = typeof value === "string" ? value.slice(0, NAME_LENGTH).replace(UNSEEN, "").trim() : "";
  return name || "Somebody";
}

function shortText(value: unknown, most: number): string | null {
  return typeof value === "string" && value !== "" && value.length <= most ? value : null;
}

function colour(value: unknown, otherwise: string): string {
  return typeof value === "string" && COLOUR.test(value) ? value : otherwise;
}

/** A relative position inside a file's text, as JSON. Root types are refused: naming one creates it. */
function isPosition(value: unknown): value is object {
  if (!isRecord(value)) {
    return false;
  }
  const { type, tname, item, assoc } = value;
  return (
    isId(type) &&
    isId(item) &&
    (tname === undefined || tname === null) &&
    (assoc === undefined || typeof assoc === "number") &&
    (isRecord(type) || isRecord(item))
  );
}

function isId(value: unknown): boolean {
  return value === undefined || value === null || (isRecord(value) && isCount(value.client) && isCount(value.clock));
}

/** Yjs looks for what a negative clock names, and throws. */
function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
