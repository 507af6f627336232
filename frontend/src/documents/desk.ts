/**
 * What lies open in this browser: tabs, the one in front, a place to jump to, and whom the view follows.
 * Remembered for the tab of the browser, so that a reload changes nothing.
 */
import type { Guide } from "../rooms/guide";
import type { PresenceUser } from "../rooms/presence";
import type { Store } from "../rooms/state";
import { createStore, type WritableStore } from "../rooms/store";
import type { Breakpoints } from "./breakpoints";
import type { Proposal } from "./proposing";
import type { SelectedLines } from "./selecting";
import type { CodeTest } from "./test-code";
import type { TestDesk } from "./testing";

/** A place to scroll to, once. `line` is 1-based. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly nonce: number;
}

/** A text that a person wants to put into a file by hand. */
export interface ProposalFor extends Proposal {
  readonly file: string;
}

export interface DeskState {
  /** Ids of open files, in the order of their tabs. */
  readonly open: readonly string[];
  readonly active: string | null;
  readonly place: Place | null;
  /** True while the editor shows what models write: until the person touches something, and from Ask on. */
  readonly following: boolean;
  /** Stays until it was taken or put aside. */
  readonly proposal: ProposalFor | null;
}

export interface Desk {
  readonly state: Store<DeskState>;
  /** Whom the view follows instead of the models. */
  readonly guide: Guide;
  /** What is selected in the editor in front. */
  readonly selected: WritableStore<SelectedLines | null>;
  /** The test at its cursor, and which ones are to be run. */
  readonly tests: TestDesk;
  /** The room's. */
  readonly breakpoints: Breakpoints;
  /** Opens a file because the person wants it. */
  show(file: string, line?: number): void;
  /** Opens a file at a 1-based line with a text beside it that is to be put there by hand. */
  propose(proposal: ProposalFor, line: number): void;
  /** The text that was proposed was taken or put aside. */
  settleProposal(): void;
  /** Opens a file because a model writes it; does nothing unless following. */
  follow(file: string): void;
  /** Opens a file because the member who is followed looks at it. */
  lead(file: string): void;
  close(file: string): void;
  /** Forgets files that are gone. */
  keep(files: ReadonlySet<string>): void;
  /** The person took the view over: what others do no longer moves it. */
  touch(): void;
  /** What models write moves the view again. */
  startFollowing(): void;
  /** What this member does moves the view. */
  followMember(user: PresenceUser): void;
}

export function openDesk(room: string, guide: Guide, breakpoints: Breakpoints): Desk {
  const key = `sparkroom:desk:${room}`;
  const store = createStore<DeskState>({ ...remembered(key), place: null, following: true, proposal: null });
  const selected = createStore<SelectedLines | null>(null);
  const tests = {
    here: createStore<CodeTest | null>(null),
    wanted: createStore<readonly string[] | null>(null),
    shown: createStore<{ run: string } | null>(null),
  };
  let places = 0;
  const change = (next: Partial<DeskState>) => {
    const state = { ...store.get(), ...next };
    store.set(state);
    sessionStorage.setItem(key, JSON.stringify({ open: state.open, active: state.active }));
  };
  const show = (file: string, line?: number) => {
    guide.stop();
    const { open, place } = store.get();
    places += 1;
    change({
      open: withFile(open, file),
      active: file,
      place: line === undefined ? place : { file, line, nonce: places },
      following: false,
    });
  };
  return {
    state: store,
    guide,
    selected,
    tests,
    breakpoints,
    show,
    propose(proposal, line) {
      show(proposal.file, line);
      change({ proposal });
    },
    settleProposal() {
      change({ proposal: null });
    },
    follow(file) {
      const { open, active, following } = store.get();
      if (following && active !== file) {
        change({ open: withFile(open, file), active: file });
      }
    },
    lead(file) {
      const { open, active } = store.get();
      if (active !== file) {
        change({ open: withFile(open, file), active: file });
      }
    },
    close(file) {
      guide.stop();
      change(without(store.get(), file));
    },
    keep(files) {
      let state = store.get();
      for (const file of state.open.filter((id) => !files.has(id))) {
        state = without(state, file);
      }
      if (state !== store.get()) {
        change(state);
      }
    },
    touch() {
      guide.stop();
      if (store.get().following) {
        change({ following: false });
      }
    },
    startFollowing() {
      guide.stop();
      change({ following: true });
    },
    followMember(user) {
      change({ following: false });
      guide.follow(user);
    },
  };
}

function withFile(open: readonly string[], file: string): readonly string[] {
  return open.includes(file) ? open : [...open, file];
}

/** The neighbour to the right, or else to the left, comes to the front. */
function without(state: DeskState, file: string): DeskState {
  const at = state.open.indexOf(file);
  const open = state.open.filter((id) => id !== file);
  const active = state.active === file ? (open[at] ?? open[at - 1] ?? null) : state.active;
  return { ...state, open, active };
}

function remembered(key: string): Pick<DeskState, "open" | "active"> {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(key) ?? "null");
    const { open, active } = stored as { open: unknown; active: unknown };
    if (Array.isArray(open) && open.every((id) => typeof id === "string")) {
      return { open, active: typeof active === "string" ? active : null };
    }
  } catch {
    // Nothing, or nothing readable, was stored.
  }
  return { open: [], active: null };
}
