/**
 * How a room's state follows from its events: pure, so that every case can be told in a test.
 * Text that arrives in pieces (a turn's prose, a run's output) carries an offset in code points; a piece that was
 * seen before adds nothing, and one after a gap is left out, since the row at the end holds the whole text.
 */
import type { DebugState, Event, Run, Turn } from "../wire/types";
import type { RoomState } from "./state";

export interface Knowledge {
  readonly state: RoomState;
  /** The last journaled event seen; null before the first `hello`. */
  readonly seq: number | null;
  /** Code points of the prose or output known so far, by id of the turn or run. */
  readonly points: ReadonlyMap<string, number>;
}

export const NOTHING: Knowledge = {
  state: {
    connection: "connecting",
    closed: null,
    synced: false,
    saved: true,
    kept: true,
    stalled: false,
    me: null,
    room: null,
    members: [],
    turns: [],
    runs: [],
    changedAt: null,
    messages: [],
    requests: [],
  },
  seq: null,
  points: new Map(),
};

/** The knowledge after `event`; the same object if it says nothing new. */
export function learn(known: Knowledge, event: Event): Knowledge {
  if ("seq" in event && event.type !== "hello") {
    return known.seq !== null && event.seq <= known.seq ? known : { ...journaled(known, event), seq: event.seq };
  }
  switch (event.type) {
    case "hello":
      return greeted(known, event);
    case "prose":
      return grown(known, event.turn, event.offset, event.text, (state, add) => {
        const turns = changed(state.turns, event.turn, (turn) => ({ ...turn, text: turn.text + add }));
        return { ...state, turns };
      });
    case "debug": {
      const runs = changed(known.state.runs, event.run, (run) => ({ ...run, debug: newest(run.debug, event.debug) }));
      return { ...known, state: { ...known.state, runs } };
    }
    case "output":
      return grown(known, event.run, event.offset, event.text, (state, add) => {
        const runs = changed(state.runs, event.run, (run) => ({ ...run, output: run.output + add }));
        return { ...state, runs };
      });
    case "waiting": {
      const runs = changed(known.state.runs, event.run, (run) => ({ ...run, ahead: event.ahead }));
      return { ...known, state: { ...known.state, runs } };
    }
    default:
      return known;
  }
}

/** True while a turn or a run is under way: its pieces are not journaled, so only a whole `hello` repairs a gap. */
export function anythingRunning(state: RoomState): boolean {
  return state.turns.some((turn) => !turnOver(turn)) || state.runs.some((run) => !runOver(run));
}

export function turnOver(turn: Turn): boolean {
  return turn.state !== "asked" && turn.state !== "streaming";
}

export function runOver(run: Run): boolean {
  return run.state !== "queued" && run.state !== "running";
}

function greeted(known: Knowledge, hello: Extract<Event, { type: "hello" }>): Knowledge {
  const { member: me, changed_at: changedAt } = hello;
  const base = { ...known.state, connection: "live" as const, closed: null, me, changedAt };
  if (hello.state === null) {
    return { ...known, state: base };
  }
  const { room, turns, runs, messages, requests } = hello.state;
  const points = new Map<string, number>();
  for (const turn of turns) {
    points.set(turn.id, countPoints(turn.text));
  }
  for (const run of runs) {
    points.set(run.id, countPoints(run.output));
  }
  return { state: { ...base, room, members: room.members, turns, runs, messages, requests }, seq: hello.seq, points };
}

/** The knowledge once the room's files have changed here: after every run that is known of, whatever the clock says. */
export function filesChanged(known: Knowledge): Knowledge {
  const { runs, changedAt } = known.state;
  const after = (runs.at(-1)?.created_at ?? -1) + 1;
  return after === 0 || (changedAt !== null && changedAt >= after)
    ? known
    : { ...known, state: { ...known.state, changedAt: after } };
}

type Journaled = Exclude<Extract<Event, { seq: number }>, { type: "hello" }>;

function journaled(known: Knowledge, event: Journaled): Knowledge {
  const { state } = known;
  switch (event.type) {
    case "member": {
      const me = state.me?.id === event.member.id ? event.member : state.me;
      const members = event.member.removed
        ? without(state.members, event.member.id)
        : placed(state.members, event.member);
      return { ...known, state: { ...state, me, members } };
    }
    case "turn": {
      const before = state.turns.find((turn) => turn.id === event.turn.id)?.text;
      const { text, points } = longer(known, event.turn.id, before, event.turn.text, turnOver(event.turn));
      return { ...known, points, state: { ...state, turns: placed(state.turns, { ...event.turn, text }) } };
    }
    case "hunk": {
      const turns = changed(state.turns, event.turn, (turn) => ({ ...turn, hunks: placed(turn.hunks, event.hunk) }));
      return { ...known, state: { ...state, turns } };
    }
    case "run": {
      const before = state.runs.find((run) => run.id === event.run.id);
      const { text, points } = longer(known, event.run.id, before?.output, event.run.output, runOver(event.run));
      // The news of the debugger take no number, and may be ahead of an event that has one.
      const debug = newest(before?.debug ?? null, event.run.debug);
      const run = { ...event.run, output: text, debug };
      return { ...known, points, state: { ...state, runs: placed(state.runs, run) } };
    }
    case "tests": {
      const runs = changed(state.runs, event.run, (run) => ({ ...run, tests: merged(run.tests, event.tests) }));
      return { ...known, state: { ...state, runs } };
    }
    case "message":
      return { ...known, state: { ...state, messages: placed(state.messages, event.message) } };
    case "request": {
      const requests =
        event.state === "waiting" ? placed(state.requests, event.request) : without(state.requests, event.request.id);
      return { ...known, state: { ...state, requests } };
    }
    case "room":
      return state.room === null
        ? known
        : { ...known, state: { ...state, room: { ...state.room, title: event.title } } };
    default:
      return known;
  }
}

/** The newer state of a program under the debugger; none once its run has none. */
function newest(known: DebugState | null, told: DebugState | null): DebugState | null {
  return known !== null && told !== null && known.number > told.number ? known : told;
}

/** The text of a row: while it still runs, what is stored may lag behind the pieces already seen; at the end it is whole. */
function longer(known: Knowledge, id: string, before: string | undefined, stored: string, over: boolean) {
  const count = countPoints(stored);
  const seen = known.points.get(id) ?? 0;
  const keep = !over && before !== undefined && seen > count;
  return { text: keep ? before : stored, points: new Map(known.points).set(id, keep ? seen : count) };
}

function grown(
  known: Knowledge,
  id: string,
  offset: number,
  text: string,
  apply: (state: RoomState, add: string) => RoomState,
): Knowledge {
  const seen = known.points.get(id);
  if (seen === undefined || offset > seen) {
    return known;
  }
  const pieces = [...text];
  const fresh = pieces.slice(seen - offset);
  if (fresh.length === 0) {
    return known;
  }
  const points = new Map(known.points).set(id, seen + fresh.length);
  return { ...known, points, state: apply(known.state, fresh.join("")) };
}

/** The list with the row of the same id replaced, or the row added at its end. */
function placed<T extends { readonly id: string }>(rows: readonly T[], row: T): T[] {
  const at = rows.findIndex((known) => known.id === row.id);
  return at < 0 ? [...rows, row] : rows.with(at, row);
}

/** As `placed` for many rows, in one walk of the list. */
function merged<T extends { readonly id: string }>(rows: readonly T[], news: readonly T[]): T[] {
  const known = new Map(rows.map((row) => [row.id, row]));
  for (const row of news) known.set(row.id, row);
  return [...known.values()];
}

function without<T extends { readonly id: string }>(rows: readonly T[], id: string): readonly T[] {
  return rows.filter((row) => row.id !== id);
}

function changed<T extends { readonly id: string }>(
  rows: readonly T[],
  id: string,
  change: (row: T) => T,
): readonly T[] {
  const at = rows.findIndex((row) => row.id === id);
  const row = rows[at];
  return row === undefined ? rows : rows.with(at, change(row));
}

/** Code points, as the server counts; a string's `length` counts UTF-16 units. */
export function countPoints(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; count++) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return count;
}
