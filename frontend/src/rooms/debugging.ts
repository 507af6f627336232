/** The program that a room has under the debugger, and where its lines stand now: it runs the text of when it was asked. */
import type { Breakpoint, Run } from "../wire/types";
import { request } from "./api";
import { lineDiff } from "./line-diff";
import { runOver } from "./reducer";
import type { RoomSession } from "./session";
import type { RoomState } from "./state";
import { createStore } from "./store";

/** The newest run under the debugger that goes on; null if there is none. */
export function debuggedRun(state: RoomState): Run | null {
  return state.runs.findLast((run) => run.kind === "debug" && !runOver(run)) ?? null;
}

/** The line of `now` that line `line` of `then` became, both 1-based; null if it was changed or removed. */
export function lineAfter(then: string, now: string, line: number): number | null {
  if (then === now) return line;
  let before = 0;
  let after = 0;
  for (const { kind } of lineDiff(then, now)) {
    if (kind !== "added") before += 1;
    if (kind !== "removed") after += 1;
    if (before === line && kind !== "added") return kind === "same" ? after : null;
  }
  return null;
}

/** The documents of a run that goes on, as it has them: fetched when they are first asked for. */
export class RunTexts {
  /** Grows when another text is here. */
  readonly loaded = createStore(0);
  readonly #room: string;
  readonly #texts = new Map<string, string | null>();

  constructor(room: string) {
    this.#room = room;
  }

  /** The text of a document; undefined while it is not here, null if it cannot be had. */
  of(run: string, path: string): string | null | undefined {
    const key = `${run}/${path}`;
    if (!this.#texts.has(key)) void this.fetch(run, path);
    return this.#texts.get(key);
  }

  /** As `of`, once it is known. */
  async fetch(run: string, path: string): Promise<string | null> {
    const key = `${run}/${path}`;
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const encoded = path.split("/").map(encodeURIComponent).join("/");
    const address = `/api/rooms/${this.#room}/runs/${run}/text/${encoded}`;
    // The answer says null for a run that is over meanwhile: its lines are of no use any more.
    const text = await request("GET", address).then(
      (answer) => answer.text(),
      () => null,
    );
    this.#texts.set(key, text);
    this.loaded.set(this.loaded.get() + 1);
    return text;
  }
}

const texts = new WeakMap<RoomSession, RunTexts>();

/** The one of a session. */
export function textsOf(session: RoomSession): RunTexts {
  const known = texts.get(session) ?? new RunTexts(session.id);
  texts.set(session, known);
  return known;
}

/** The breakpoints of now as lines of the text that a run has. Those whose line it has not are left out. */
export async function breakpointsIn(
  session: RoomSession,
  run: string,
  now: readonly Breakpoint[],
  textNow: (path: string) => string | null,
): Promise<Breakpoint[]> {
  const placed = now.map(async ({ path, line }) => {
    const then = await textsOf(session).fetch(run, path);
    const text = textNow(path);
    const at = then === null || text === null ? line : lineAfter(text, then, line);
    return at === null ? [] : [{ path, line: at }];
  });
  return (await Promise.all(placed)).flat();
}
