/**
 * What the preview shows, and why: watches the room, lets the policy decide when the page follows, and keeps what the
 * page says. Framework-free; `preview.tsx` draws it.
 */
import { turnOver } from "../rooms/reducer";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { createStore } from "../rooms/store";
import { Changes, type PageFile } from "./changes";
import { Frames, type FramesListener, type PageMessage } from "./frames";
import { cleared, EMPTY_LOG, type Log, leftOut, said } from "./log";
import type { Source } from "./messages";
import { PageChoice } from "./page-choice";
import { isPage, pagesOf } from "./pages";
import { documentAt, ownLines, type Place, piecesOf } from "./places";
import { nextStep } from "./policy";

/**
 * empty: there is no page. coming: the first one is being written. opening: it is loaded, and nothing is seen yet.
 * loading: the one before is still seen. live. hung, flooding: stopped until somebody clicks.
 */
export type Status = "connecting" | "empty" | "coming" | "opening" | "loading" | "live" | "hung" | "flooding";

export interface StageState {
  readonly status: Status;
  /** The page that is shown or awaited. */
  readonly page: string | null;
  /** All of the room's pages, its own first. */
  readonly pages: readonly string[];
  readonly log: Log;
  /** keys: they go to the page now. click: the page listens for keys, which go elsewhere. restarted: it had hung. */
  readonly note: "keys" | "click" | "restarted" | null;
}

/** Hangs in a row until a click is waited for, and how long a page must answer to be trusted again (ms). */
const HANGS = 2;
const TRUSTED_AFTER = 10_000;

export class Stage implements FramesListener {
  readonly #store = createStore<StageState>({
    status: "connecting",
    page: null,
    pages: [],
    log: EMPTY_LOG,
    note: null,
  });
  readonly #frames: Frames;
  readonly #changes: Changes;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #choice = new PageChoice();
  /** True while the load under way is one that a turn was for. */
  #forTurn = false;
  #hangs = 0;
  #due = false;
  #closed = false;

  /** `base` is the preview's address; `keysWanted` says, when asked, whether the keyboard should go to the page. */
  constructor(
    host: HTMLElement,
    private readonly base: string,
    private readonly session: RoomSession,
    private readonly files: Store<readonly PageFile[]>,
    private readonly keysWanted: () => boolean,
  ) {
    const live = () => session.state.get().connection === "live";
    this.#frames = new Frames(host, base, live, this);
    this.#changes = new Changes(session, files, () => this.#followSoon());
    window.addEventListener("blur", this.#focusMoved);
    window.addEventListener("focus", this.#focusMoved);
    this.#follow();
  }

  get state(): Store<StageState> {
    return this.#store;
  }

  /** Shows another page of the room. */
  choose(page: string): void {
    this.#choice.choose(page);
    this.#load(page, false);
  }

  /** Starts the page afresh: its storage stays, its state does not. */
  restart(): void {
    const { page } = this.#store.get();
    this.#hangs = 0;
    if (page !== null) this.#load(page, false);
  }

  /** Gives the keyboard to the page because somebody asked for it. */
  play(): void {
    this.#frames.focus();
    this.#set({ note: null });
  }

  dismissNote(): void {
    this.#set({ note: null });
  }

  clearLog(): void {
    this.#set({ log: cleared(this.#store.get().log) });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    window.removeEventListener("blur", this.#focusMoved);
    window.removeEventListener("focus", this.#focusMoved);
    this.#changes.close();
    this.#frames.close();
  }

  // --- what to do about it -----------------------------------------------------------------------------------------

  /** An event changes the state before it is heard here, and both must be known before anything is done. */
  #followSoon(): void {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      this.#follow();
    });
  }

  #follow(): void {
    const { synced, saved, connection, turns, me } = this.session.state.get();
    if (!synced || this.#closed) return;
    const pages = pagesOf(this.#changes.paths);
    if (pages.join("\n") !== this.#store.get().pages.join("\n")) this.#set({ pages });
    const page = this.#choice.page(pages, turns, me?.id);
    const open = turns.flatMap((turn) => (turnOver(turn) ? [] : turn.hunks.filter((hunk) => hunk.state === "writing")));
    if (page === null) {
      // What is pending stays so: the end of a turn may be heard before its last text arrives.
      this.#frames.clear();
      this.#set({ status: open.some((hunk) => isPage(hunk.path)) ? "coming" : "empty", page, note: null });
      return;
    }
    const facts = { now: performance.now(), writing: open.length > 0, saved: saved && connection === "live" };
    const step = nextStep(this.#changes.pending, facts);
    clearTimeout(this.#timer);
    if (step.do === "wait") this.#timer = setTimeout(() => this.#follow(), step.until - facts.now);
    const { status } = this.#store.get();
    const nothingYet = this.#frames.empty && status !== "hung" && status !== "flooding" && status !== "loading";
    if (step.do === "swap" && !this.#frames.empty) {
      this.#changes.taken();
      this.#frames.swap();
      if (step.turn) this.#offerKeys();
    } else if (step.do === "swap" || step.do === "reload") {
      this.#load(page, this.#store.get().page === page, step.turn);
    } else if (this.#store.get().page !== page || nothingYet) {
      const ready = step.do === "nothing" && !facts.writing && facts.saved;
      if (ready) this.#load(page, false);
      else if (this.#frames.empty) this.#set({ status: turns.every(turnOver) ? "opening" : "coming", page });
    }
  }

  #load(page: string, keepState: boolean, forTurn = false): void {
    this.#changes.taken();
    this.#forTurn = forTurn;
    const { status } = this.#store.get();
    // What stands in the page's place stays until the page has painted.
    const unseen = status === "coming" ? status : "opening";
    this.#set({ status: this.#frames.seen ? "loading" : unseen, page });
    void this.#frames.load(page, keepState);
  }

  #offerKeys(): void {
    if (this.#changes.ownTurn && this.keysWanted()) {
      this.#frames.focus();
      this.#set({ note: "keys" });
    } else if (!this.#frames.focused && this.#listensForKeys()) {
      this.#set({ note: "click" });
    }
  }

  // --- what the page says ------------------------------------------------------------------------------------------

  opened(): void {
    this.clearLog();
  }

  shown(): void {
    this.#set({ status: "live" });
    if (this.#forTurn) this.#offerKeys();
    this.#forTurn = false;
  }

  said(message: Extract<PageMessage, { type: "console" | "error" | "left_out" }>): void {
    const { log } = this.#store.get();
    if (message.type === "left_out") {
      this.#setSoon({ log: leftOut(log, message.count) });
      return;
    }
    const stack = ownLines(this.base, message.stack);
    const named = message.type === "error" ? this.#placeOf(message.source) : null;
    const place = named ?? this.#placesIn(stack)[0] ?? null;
    const level = message.type === "error" ? "error" : message.level;
    this.#setSoon({ log: said(log, { level, text: message.text, stack, place }, performance.now()) });
  }

  moved(url: string): void {
    const { page, pages } = this.#store.get();
    const path = documentAt(this.base, url, pages[0] ?? null);
    if (path === null || path === page || !pages.includes(path)) return;
    this.#choice.choose(path);
    this.#set({ page: path });
  }

  swapped(count: number): void {
    const { page } = this.#store.get();
    // Styles that the page loads in some way of its own can only be brought up to date by loading the page again.
    if (count === 0 && page !== null) this.#load(page, true);
  }

  pressed(key: "Escape" | "Mod-."): void {
    const init = key === "Escape" ? { key } : { key: ".", ctrlKey: true };
    document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { ...init, bubbles: true, cancelable: true }));
  }

  answered(age: number): void {
    if (age > TRUSTED_AFTER) this.#hangs = 0;
  }

  hung(): void {
    const { page } = this.#store.get();
    this.#hangs += 1;
    if (this.#hangs >= HANGS || page === null) {
      this.#set({ status: "hung", note: null });
      return;
    }
    this.#load(page, false);
    this.#set({ note: "restarted" });
  }

  flooded(): void {
    this.#set({ status: "flooding", note: null });
  }

  #placeOf({ url, line, column }: Source): Place | null {
    const path = line > 0 ? documentAt(this.base, url, this.#store.get().pages[0] ?? null) : null;
    return path === null ? null : { path, line, column };
  }

  #placesIn(stack: string): Place[] {
    const pieces = piecesOf(this.base, stack, this.#store.get().pages[0] ?? null);
    return pieces.flatMap((piece) => piece.place ?? []);
  }

  #listensForKeys(): boolean {
    return this.files
      .get()
      .some(
        (file) =>
          "text" in file && /\.(m?js|html?)$/i.test(file.path) && /key(down|up|press)/i.test(file.text.toString()),
      );
  }

  readonly #focusMoved = () => {
    if (this.#frames.focused && this.#store.get().note === "click") this.#set({ note: null });
  };

  #set(change: Partial<StageState>): void {
    const state = this.#store.get();
    const news = Object.entries(change).some(([key, value]) => state[key as keyof StageState] !== value);
    if (news) this.#store.set({ ...state, ...change });
  }

  #setSoon(change: Partial<StageState>): void {
    this.#store.setSoon({ ...this.#store.get(), ...change });
  }
}
