/** What the page said, bounded in number and rate. Pure: every function answers a new log. */
import type { Level } from "./messages";
import type { Place } from "./places";

/** Most entries kept, most characters of all of them, and most taken in one second. */
export const MOST_ENTRIES = 500;
export const MOST_CHARACTERS = 1_000_000;
export const MOST_A_SECOND = 200;

export interface Entry {
  readonly id: number;
  readonly level: Level;
  readonly text: string;
  /** Lines of a stack that name documents of the room; may be empty. */
  readonly stack: string;
  readonly place: Place | null;
  /** How many times in a row the page said it. */
  readonly count: number;
}

export type Said = Omit<Entry, "id" | "count">;

export interface Log {
  /** Oldest first. */
  readonly entries: readonly Entry[];
  /** How many messages were left out since the log was cleared. */
  readonly leftOut: number;
  readonly errors: number;
  readonly warnings: number;
  readonly lastId: number;
  readonly second: { readonly start: number; readonly taken: number };
}

export const EMPTY_LOG: Log = {
  entries: [],
  leftOut: 0,
  errors: 0,
  warnings: 0,
  lastId: 0,
  second: { start: 0, taken: 0 },
};

/** The log after the page said something at `now` (milliseconds). */
export function said(log: Log, message: Said, now: number): Log {
  const second = now - log.second.start < 1_000 ? log.second : { start: now, taken: 0 };
  if (second.taken >= MOST_A_SECOND) return { ...log, leftOut: log.leftOut + 1 };
  const taken = { start: second.start, taken: second.taken + 1 };
  const counted = {
    ...log,
    second: taken,
    errors: log.errors + (message.level === "error" ? 1 : 0),
    warnings: log.warnings + (message.level === "warn" ? 1 : 0),
  };
  const last = log.entries.at(-1);
  if (last !== undefined && same(last, message)) {
    return { ...counted, entries: [...log.entries.slice(0, -1), { ...last, count: last.count + 1 }] };
  }
  const entry = { ...message, id: log.lastId + 1, count: 1 };
  return { ...counted, entries: newest([...log.entries, entry]), lastId: entry.id };
}

/** The log after `count` messages were not even sent. */
export function leftOut(log: Log, count: number): Log {
  return { ...log, leftOut: Math.min(log.leftOut + count, Number.MAX_SAFE_INTEGER) };
}

/** An empty log that goes on numbering its entries. */
export function cleared(log: Log): Log {
  return { ...EMPTY_LOG, lastId: log.lastId, second: log.second };
}

function same(entry: Entry, message: Said): boolean {
  return (
    entry.level === message.level &&
    entry.text === message.text &&
    entry.place?.path === message.place?.path &&
    entry.place?.line === message.place?.line
  );
}

function newest(entries: Entry[]): Entry[] {
  let first = Math.max(0, entries.length - MOST_ENTRIES);
  let characters = 0;
  for (let at = entries.length - 1; at >= first; at -= 1) {
    const { text = "", stack = "" } = entries[at] ?? {};
    characters += text.length + stack.length;
    if (characters > MOST_CHARACTERS) first = at + 1;
  }
  return entries.slice(first);
}
