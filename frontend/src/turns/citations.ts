/**
 * Where the places stand that answers name. A line is taken as a position in the text when it is said, so that it is
 * still the same line when people have typed above it; a reload of the page keeps these positions.
 */
import * as Y from "yjs";
import { turnOver } from "../rooms/reducer";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import type { Turn } from "../wire/types";
import { citations } from "./citing";
import type { TextFile } from "./text-file";

const MOST_KEPT = 1_000;

/** A place now. `line` is 1-based. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

interface Kept {
  readonly file: string;
  /** A relative position, as JSON. */
  readonly at: unknown;
}

export class Citations {
  readonly #session: RoomSession;
  readonly #files: Store<readonly TextFile[]>;
  readonly #key: string;
  readonly #kept: Map<string, Kept>;
  /** Up to where each turn's text was read. */
  readonly #read = new Map<string, number>();
  readonly #seen = new Map<string, Turn>();

  constructor(session: RoomSession, files: Store<readonly TextFile[]>) {
    this.#session = session;
    this.#files = files;
    this.#key = `sparkroom:citations:${session.id}`;
    this.#kept = remembered(this.#key);
  }

  /** Notes every place as soon as it is named. Ends when the answer is called. */
  watch(): () => void {
    const look = () => this.#look();
    look();
    const stops = [this.#session.state.subscribe(look), this.#files.subscribe(look)];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Where the line stands now that a turn named; null if its file is gone. */
  find(turn: string, path: string, line: number): Place | null {
    const kept = this.#kept.get(keyOf(turn, path, line));
    const files = this.#files.get();
    const file = kept === undefined ? undefined : files.find(({ id }) => id === kept.file);
    const index = file === undefined || kept === undefined ? null : indexOf(kept.at, file.text);
    if (file !== undefined && index !== null) {
      return { file: file.id, line: file.text.toString().slice(0, index).split("\n").length };
    }
    const named = file ?? files.find((known) => known.path === path);
    return named === undefined ? null : { file: named.id, line };
  }

  #look(): void {
    const { synced, turns } = this.#session.state.get();
    if (!synced) return;
    let found = false;
    for (const turn of turns) {
      if (this.#seen.get(turn.id) !== turn) {
        this.#seen.set(turn.id, turn);
        found = this.#note(turn) || found;
      }
    }
    if (found) this.#remember();
  }

  /** Notes the places in what is new of a turn's text. True if there were any. */
  #note(turn: Turn): boolean {
    const over = turnOver(turn);
    const from = over ? 0 : (this.#read.get(turn.id) ?? 0);
    // A word that may still grow is read when it has ended.
    const to = over ? turn.text.length : Math.max(from, turn.text.search(/\s\S*$/));
    this.#read.set(turn.id, to);
    const text = turn.text.slice(from, to);
    if (!text.includes(":")) return false;
    const files = new Map(this.#files.get().map((file) => [file.path, file]));
    const before = this.#kept.size;
    for (const { path, line } of places(text, (named) => files.has(named))) {
      const key = keyOf(turn.id, path, line);
      const file = files.get(path);
      if (file !== undefined && !this.#kept.has(key)) {
        this.#kept.set(key, { file: file.id, at: positionOf(file.text, line) });
      }
    }
    return this.#kept.size > before;
  }

  #remember(): void {
    for (const key of [...this.#kept.keys()].slice(0, -MOST_KEPT)) this.#kept.delete(key);
    sessionStorage.setItem(this.#key, JSON.stringify([...this.#kept]));
  }
}

/** The places in a text as in its pieces of code, which may name paths with spaces. */
function places(text: string, isFile: (path: string) => boolean) {
  const code = [...text.matchAll(/`([^`\n]{1,400})`/g)].flatMap(([, inside = ""]) => citations(inside, isFile));
  return [...citations(text, isFile), ...code];
}

function positionOf(text: Y.Text, line: number): unknown {
  const lines = text.toString().split("\n");
  const index = lines.slice(0, line - 1).reduce((length, one) => length + one.length + 1, 0);
  return Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, Math.min(index, text.length)));
}

function indexOf(at: unknown, text: Y.Text): number | null {
  if (text.doc === null) return null;
  const position = Y.createRelativePositionFromJSON(at);
  const absolute = Y.createAbsolutePositionFromRelativePosition(position, text.doc);
  return absolute?.type === text ? absolute.index : null;
}

function keyOf(turn: string, path: string, line: number): string {
  return JSON.stringify([turn, path, line]);
}

function remembered(key: string): Map<string, Kept> {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(key) ?? "[]") as [string, Kept][]);
  } catch {
    return new Map();
  }
}
