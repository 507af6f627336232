/**
 * What changed in the room since its page was last brought up to date: text that people typed, files, hunks and turns.
 */
import * as Y from "yjs";
import { turnOver } from "../rooms/reducer";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import type { Event, Turn } from "../wire/types";
import { hunkClosed, type Pending, turnEnded, typed, UP_TO_DATE } from "./policy";

/** A file of the room, as far as the preview cares: a document's text, or the hash of a binary file's bytes. */
export type PageFile = { readonly id: string; readonly path: string } & (
  | { readonly text: { toString(): string } }
  | { readonly asset: string }
);

export class Changes {
  #pending: Pending = UP_TO_DATE;
  #paths: ReadonlySet<string>;
  /** What each file is made of, as far as an edit of its text does not change it. */
  #bytes: ReadonlyMap<string, string>;
  #running: ReadonlySet<string>;
  #ownTurn = false;
  readonly #undo: readonly (() => void)[];

  /** `changed` is called after everything that may call for another look. */
  constructor(
    private readonly session: RoomSession,
    private readonly files: Store<readonly PageFile[]>,
    private readonly changed: () => void,
  ) {
    this.#paths = this.#pathsNow();
    this.#bytes = this.#bytesNow();
    this.#running = this.#runningNow();
    const documents = session.doc.getMap("files");
    documents.observeDeep(this.#textChanged);
    this.#undo = [
      () => documents.unobserveDeep(this.#textChanged),
      files.subscribe(() => this.#filesChanged()),
      session.state.subscribe(changed),
      session.onEvent((event) => this.#heard(event)),
    ];
  }

  get pending(): Pending {
    return this.#pending;
  }

  get paths(): ReadonlySet<string> {
    return this.#paths;
  }

  /** True if the turn that ended last was asked for here. */
  get ownTurn(): boolean {
    return this.#ownTurn;
  }

  /** The page is being brought up to date. */
  taken(): void {
    this.#pending = UP_TO_DATE;
  }

  close(): void {
    for (const undo of this.#undo) undo();
  }

  readonly #textChanged = (events: Y.YEvent<Y.AbstractType<unknown>>[], transaction: Y.Transaction) => {
    const ids = new Set(events.filter((event) => event.target instanceof Y.Text).map((event) => event.path[0]));
    const paths = this.files.get().flatMap((file) => (ids.has(file.id) ? [file.path] : []));
    this.#note(paths, transaction.local);
  };

  #filesChanged(): void {
    const before = this.#bytes;
    const now = this.#bytesNow();
    this.#paths = this.#pathsNow();
    this.#bytes = now;
    const either = new Set([...now.keys(), ...before.keys()]);
    this.#note(
      [...either].filter((path) => now.get(path) !== before.get(path)),
      false,
    );
  }

  #note(paths: readonly string[], local: boolean): void {
    // What the first sync brings is no change: nothing was shown before it.
    if (!this.session.state.get().synced) return;
    const now = performance.now();
    for (const path of paths) {
      if (local || !this.#isTurns(path)) this.#pending = typed(this.#pending, path, now);
    }
    this.changed();
  }

  /** True for changes that a turn makes: its hunks and its end, which come after its text, say when they are complete. */
  #isTurns(path: string): boolean {
    const { turns } = this.session.state.get();
    const writes = (turn: Turn) => !turnOver(turn) && turn.hunks.some((hunk) => hunk.path === path);
    return turns.some(writes);
  }

  #heard(event: Event): void {
    const now = performance.now();
    if (event.type === "hunk" && (event.hunk.state === "applied" || event.hunk.state === "withdrawn")) {
      this.#pending = hunkClosed(this.#pending, event.hunk.path, now);
    } else if (event.type === "turn" && turnOver(event.turn) && this.#running.has(event.turn.id)) {
      this.#ownTurn = event.turn.member === this.session.state.get().me?.id;
      const paths = event.turn.hunks.flatMap((hunk) => (hunk.state === "applied" ? [hunk.path] : []));
      this.#pending = turnEnded(this.#pending, paths, now);
    }
    this.#running = this.#runningNow();
    this.changed();
  }

  #pathsNow(): ReadonlySet<string> {
    return new Set(this.files.get().map((file) => file.path));
  }

  #bytesNow(): ReadonlyMap<string, string> {
    return new Map(this.files.get().map((file) => [file.path, "asset" in file ? file.asset : "text"]));
  }

  #runningNow(): ReadonlySet<string> {
    const running = this.session.state.get().turns.filter((turn) => !turnOver(turn));
    return new Set(running.map((turn) => turn.id));
  }
}
