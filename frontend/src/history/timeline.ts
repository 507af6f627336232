/**
 * A room's timeline while it is open: its steps, the one that is looked at, and playing from one to the next.
 * Framework-free; React reads it through `useStore`.
 */
import { messageOf } from "../rooms/refusal";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { createStore } from "../rooms/store";
import type { Step } from "../wire/types";
import { readTimeline } from "./api";
import { type Grain, indexOfStep, merged, type ShownStep, shownSteps, stepAt } from "./steps";
import { Texts } from "./texts";

export const SPEEDS = [1, 2, 4, 8] as const;

export interface TimelineState {
  /** Oldest first; all that were read, of every kind. */
  readonly steps: readonly Step[];
  /** Those of the chosen grain. */
  readonly shown: readonly ShownStep[];
  readonly grain: Grain;
  /** The place among those shown; -1 while there are none. */
  readonly index: number;
  readonly loading: boolean;
  readonly problem: string | null;
  readonly playing: boolean;
  /** Steps a second. */
  readonly speed: number;
}

/** A step of typing is made two seconds after the last key. */
const REFRESH_MS = 3_500;

export class Timeline {
  readonly texts: Texts;
  readonly #session: RoomSession;
  readonly #store = createStore<TimelineState>({
    steps: [],
    shown: [],
    grain: "changes",
    index: -1,
    loading: true,
    problem: null,
    playing: false,
    speed: 2,
  });
  #refreshing: ReturnType<typeof setTimeout> | null = null;
  #playing: ReturnType<typeof setTimeout> | null = null;
  #over = false;
  /** The moment whose state is still to be found. */
  #at: number | null;

  /** `at` is the moment whose state is shown first; the newest otherwise. */
  constructor(session: RoomSession, at: number | null = null) {
    this.#session = session;
    this.#at = at;
    this.texts = new Texts(session.id);
  }

  get state(): Store<TimelineState> {
    return this.#store;
  }

  /** Reads the history, and then keeps up with it until the answer is called. */
  open(): () => void {
    this.#over = false;
    void this.#load();
    const refreshSoon = () => {
      this.#refreshing ??= setTimeout(() => void this.refresh(), REFRESH_MS);
    };
    const stopEvents = this.#session.onEvent((event) => event.type === "checkpoint" && void this.refresh());
    this.#session.doc.on("update", refreshSoon);
    return () => {
      this.#over = true;
      stopEvents();
      this.#session.doc.off("update", refreshSoon);
      clearTimeout(this.#refreshing ?? undefined);
      this.#refreshing = null;
      this.pause();
    };
  }

  /** Reads what is new. Whoever looks at the newest state goes on doing so. */
  async refresh(): Promise<void> {
    clearTimeout(this.#refreshing ?? undefined);
    this.#refreshing = null;
    try {
      const { steps } = await readTimeline(this.#session.id, null);
      const all = merged(this.#store.get().steps, steps);
      if (all === null) {
        await this.#load();
      } else {
        this.#show({ steps: all, problem: null });
      }
    } catch (error) {
      this.#set({ problem: messageOf(error) });
    }
  }

  select(id: string): void {
    this.pause();
    const { shown, steps } = this.#store.get();
    this.#set({ index: indexOfStep(shown, steps, id) });
  }

  /** Goes to a place among the steps shown. */
  go(index: number): void {
    this.pause();
    this.#go(index);
  }

  /** Goes so many steps on, or back. */
  step(by: number): void {
    this.go(this.#store.get().index + by);
  }

  /** From here on, or from the beginning if this is the end. */
  play(): void {
    const { index, shown } = this.#store.get();
    if (shown.length > 1) {
      this.#set({ playing: true });
      if (index >= shown.length - 1) {
        this.#go(0);
      }
      this.#await();
    }
  }

  pause(): void {
    clearTimeout(this.#playing ?? undefined);
    this.#playing = null;
    this.#set({ playing: false });
  }

  setSpeed(speed: number): void {
    this.#set({ speed });
  }

  setGrain(grain: Grain): void {
    this.pause();
    this.#show({ grain });
  }

  async #load(): Promise<void> {
    this.#set({ loading: true, problem: null });
    try {
      let { steps, earlier } = await readTimeline(this.#session.id, null);
      // What is newest can be looked at while the rest is read.
      this.#show({ steps });
      this.#goToMoment(!earlier);
      while (earlier && steps[0] !== undefined && !this.#over) {
        const page = await readTimeline(this.#session.id, steps[0].id);
        steps = [...page.steps, ...this.#store.get().steps];
        earlier = page.earlier && page.steps.length > 0;
        this.#show({ steps });
        this.#goToMoment(!earlier);
      }
      this.#set({ loading: false });
    } catch (error) {
      this.#set({ loading: false, problem: messageOf(error) });
    }
  }

  /** Looks at the state of the moment that was asked for, once it is read. `all`: there are no steps before these. */
  #goToMoment(all: boolean): void {
    const { steps } = this.#store.get();
    const step = this.#at === null ? null : stepAt(steps, this.#at, all);
    if (step !== null) {
      this.#at = null;
      if (step.kind === "typing") {
        this.#show({ grain: "everything" });
      }
      this.#go(indexOfStep(this.#store.get().shown, steps, step.id));
    }
  }

  /** Other steps, or another grain: the same state is looked at, or the newest if that was. */
  #show(change: Partial<Pick<TimelineState, "steps" | "grain" | "problem">>): void {
    const before = this.#store.get();
    const newest = before.index === before.shown.length - 1 && !before.playing;
    const looked = before.shown[before.index]?.id ?? null;
    const { steps, grain } = { ...before, ...change };
    const shown = shownSteps(steps, grain);
    this.#set({ ...change, shown, index: newest ? shown.length - 1 : indexOfStep(shown, steps, looked) });
  }

  #await(): void {
    this.#playing = setTimeout(() => {
      const { index, shown } = this.#store.get();
      this.#go(index + 1);
      if (index + 1 >= shown.length - 1) {
        this.pause();
      } else {
        this.#await();
      }
    }, 1_000 / this.#store.get().speed);
  }

  #go(index: number): void {
    const { shown } = this.#store.get();
    this.#set({ index: Math.max(Math.min(index, shown.length - 1), Math.min(0, shown.length - 1)) });
    this.#fetchAhead();
  }

  /** The next step's text is here when it is played. */
  #fetchAhead(): void {
    const { shown, index, playing } = this.#store.get();
    const next = shown[index + 1];
    if (playing && next !== undefined) {
      for (const { path, after, asset } of next.changes.slice(0, 3)) {
        if (after !== null && !asset) {
          this.texts.read(next.id, path, after).catch(() => undefined);
        }
      }
    }
  }

  #set(change: Partial<TimelineState>): void {
    this.#store.set({ ...this.#store.get(), ...change });
  }
}
