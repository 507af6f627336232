/** Breakpoints in an editor: a gutter to set them, F9, and the line at which a program is stopped. */
import { type Extension, Prec, RangeSet, StateEffect, StateField, type Text } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutter, keymap, ViewPlugin } from "@codemirror/view";
import { debuggedRun, lineAfter, textsOf } from "../rooms/debugging";
import { mayWrite } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import { notify } from "../ui/toasts";
import type { Breakpoints } from "./breakpoints";
import type { DocumentFile } from "./files";

interface Places {
  /** Of the breakpoints, 1-based. */
  readonly breakpoints: readonly number[];
  readonly stopped: number | null;
}

/** How much of the text stays visible around a stopped line, in pixels. */
const MARGIN = 64;

const setPlaces = StateEffect.define<Places>();

class Dot extends GutterMarker {
  constructor(readonly kind: "set" | "stopped" | "both" | "offer") {
    super();
  }

  override eq(other: Dot): boolean {
    return other.kind === this.kind;
  }

  override toDOM(): HTMLElement {
    const dot = document.createElement("span");
    dot.className = `cm-breakpoint ${this.kind}`;
    return dot;
  }
}

const DOTS = { set: new Dot("set"), stopped: new Dot("stopped"), both: new Dot("both") };
const OFFER = new Dot("offer");
const STOPPED = Decoration.line({ class: "cm-stopped" });

interface Shown {
  readonly dots: RangeSet<GutterMarker>;
  readonly line: DecorationSet;
}

const shown = StateField.define<Shown>({
  create: () => ({ dots: RangeSet.empty, line: Decoration.none }),
  update(value, transaction) {
    const places = transaction.effects.findLast((effect) => effect.is(setPlaces));
    if (places !== undefined) return shownAt(transaction.state.doc, places.value);
    const { changes } = transaction;
    return changes.empty ? value : { dots: value.dots.map(changes), line: value.line.map(changes) };
  },
  provide: (field) => EditorView.decorations.from(field, ({ line }) => line),
});

/** The extension for one file. */
export function breakpointGutter(file: DocumentFile, session: RoomSession, breakpoints: Breakpoints): Extension {
  if (!file.path.endsWith(".py")) return [];
  const toggle = (view: EditorView, at: number): boolean => {
    if (!mayWrite(session.state.get())) return false;
    const line = view.state.doc.lineAt(at).number;
    const there = breakpoints.linesOf(file.path).includes(line);
    if (breakpoints.toggle(file, line)) {
      // Gutters are hidden from screen readers.
      const words = there ? "Breakpoint removed from" : "Breakpoint set at";
      view.dispatch({ effects: EditorView.announce.of(`${words} line ${line}`) });
    } else {
      notify("There are too many breakpoints.", "error");
    }
    return true;
  };
  return [
    shown,
    gutter({
      class: "cm-breakpoints",
      markers: (view) => view.state.field(shown).dots,
      initialSpacer: () => OFFER,
      domEventHandlers: { mousedown: (view, block) => toggle(view, block.from) },
    }),
    Prec.high(keymap.of([{ key: "F9", run: (view) => toggle(view, view.state.selection.main.head) }])),
    ViewPlugin.define((view) => {
      let over = false;
      let stopped: number | null = null;
      const show = () => {
        if (over) return;
        const now = placesOf(file, session, breakpoints);
        const moved = now.stopped !== null && now.stopped !== stopped;
        stopped = now.stopped;
        view.dispatch({ effects: setPlaces.of(now) });
        // Whoever started it wants to see where it is; nobody's view moves while they type.
        const mine = debuggedRun(session.state.get())?.member === session.state.get().me?.id;
        if (moved && mine && !view.hasFocus && stopped !== null && stopped <= view.state.doc.lines) {
          const at = view.state.doc.line(stopped).from;
          view.dispatch({ effects: EditorView.scrollIntoView(at, { y: "nearest", yMargin: MARGIN }) });
        }
      };
      // A view cannot be changed while it is being made, or inside the document's transaction.
      const later = () => queueMicrotask(show);
      const stops = [
        breakpoints.all.subscribe(later),
        session.state.subscribe(watched(() => debuggedRun(session.state.get())?.debug, later)),
        textsOf(session).loaded.subscribe(later),
      ];
      later();
      return {
        destroy() {
          over = true;
          for (const stop of stops) stop();
        },
      };
    }),
  ];
}

/** Calls `then` only when `read` answers something else than before. */
function watched(read: () => unknown, then: () => void): () => void {
  let known = read();
  return () => {
    const now = read();
    if (now !== known) {
      known = now;
      then();
    }
  };
}

function placesOf(file: DocumentFile, session: RoomSession, breakpoints: Breakpoints): Places {
  const run = debuggedRun(session.state.get());
  const frame = run?.debug?.frames.find(({ path }) => path !== null);
  let stopped: number | null = null;
  if (run !== null && frame?.path === file.path) {
    const then = textsOf(session).of(run.id, file.path);
    stopped = typeof then === "string" ? lineAfter(then, file.text.toString(), frame.line) : null;
  }
  return { breakpoints: breakpoints.linesOf(file.path), stopped };
}

function shownAt(doc: Text, { breakpoints, stopped }: Places): Shown {
  const inside = (line: number) => line >= 1 && line <= doc.lines;
  const set = new Set(breakpoints.filter(inside));
  const at = stopped !== null && inside(stopped) ? stopped : null;
  const lines = [...new Set([...set, ...(at === null ? [] : [at])])].sort((a, b) => a - b);
  const dotOf = (line: number) => (line !== at ? DOTS.set : set.has(line) ? DOTS.both : DOTS.stopped);
  return {
    dots: RangeSet.of(lines.map((line) => dotOf(line).range(doc.line(line).from))),
    line: at === null ? Decoration.none : Decoration.set(STOPPED.range(doc.line(at).from)),
  };
}
