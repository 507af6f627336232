/**
 * Shows what the model writes, or what the member looks at who is followed: opens the file, scrolls in it, and hands the
 * view back at the person's first touch of the text. Also tells the others what is in view here.
 */
import type { Extension, StateEffect } from "@codemirror/state";
import { EditorView, ViewPlugin } from "@codemirror/view";
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { others, type Presence } from "../rooms/presence";
import { ownRunningTurn } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import type { Whereabout } from "../rooms/whereabouts";
import type { Desk } from "./desk";
import type { DocumentFile } from "./files";
import { placeOf } from "./hunk-places";
import type { WrittenRange } from "./written";

/** How much of the text stays visible below the model's cursor, in pixels. */
const MARGIN = 96;
/** How often the others are told what is in view. */
const TELL_MS = 150;

export function following(file: DocumentFile, session: RoomSession, desk: Desk): Extension {
  const { text } = file;
  const { awareness } = session;
  const touch = () => desk.touch();
  return [
    ViewPlugin.define((view) => {
      let due = 0;
      const scroll = () => {
        due = 0;
        const at = desk.state.get().following ? modelPosition(text, awareness) : null;
        if (at !== null && at <= view.state.doc.length) {
          // The start of its line: the end of a long one would push the text to the left.
          const line = view.state.doc.lineAt(at).from;
          view.dispatch({ effects: EditorView.scrollIntoView(line, { y: "nearest", yMargin: MARGIN }) });
        }
      };
      // Once a frame: the cursor moves as fast as the tokens come.
      const schedule = () => {
        due ||= requestAnimationFrame(scroll);
      };
      awareness.on("change", schedule);
      schedule();
      // A short turn is over before a frame has passed, and its cursor gone.
      const stop = session.onEvent((event) => {
        if (event.type === "hunk" && event.hunk.path === file.path && desk.state.get().following) {
          showPlace(view, placeOf(view.state.doc.toString(), event.hunk));
        }
      });
      return {
        destroy() {
          stop();
          awareness.off("change", schedule);
          cancelAnimationFrame(due);
        },
      };
    }),
    beside(file, desk),
    inView(file, session, desk),
    // Programs scroll too: only what a person does counts.
    EditorView.domEventHandlers({ wheel: touch, touchstart: touch, mousedown: touch, keydown: touch }),
  ];
}

/** Scrolls to what the member sees who is followed. */
function beside({ id, text }: DocumentFile, { guide }: Desk): Extension {
  return ViewPlugin.define((view) => {
    let due = 0;
    let shown: Presence["seen"] = null;
    let written: Presence["cursor"] = null;
    const scroll = () => {
      due = 0;
      const place = guide.place.get();
      if (place?.document !== id) {
        return;
      }
      // What stays where it was is no reason to move: the text may have grown above it.
      const scrolled = JSON.stringify(place.seen) !== JSON.stringify(shown);
      const moved = JSON.stringify(place.cursor) !== JSON.stringify(written);
      ({ seen: shown, cursor: written } = place);
      const effect = scrolled || moved ? viewOf(view, text, place) : null;
      if (effect !== null) {
        view.dispatch({ effects: effect });
      }
    };
    const schedule = () => {
      due ||= requestAnimationFrame(scroll);
    };
    const stop = guide.place.subscribe(schedule);
    schedule();
    return {
      destroy() {
        stop();
        cancelAnimationFrame(due);
      },
    };
  });
}

/** The same lines as in the other's view; if those do not all fit, rather the cursor that is in view there. */
function viewOf(view: EditorView, text: Y.Text, { cursor, seen }: Presence): StateEffect<unknown> | null {
  const at = (position: object | undefined) => {
    const index = position === undefined ? null : indexIn(text, position);
    return index === null || index > view.state.doc.length ? null : view.lineBlockAt(index);
  };
  const [top, bottom, head] = [at(seen?.top), at(seen?.bottom), at(cursor?.head)];
  if (top === null || bottom === null) {
    return head && EditorView.scrollIntoView(head.from, { y: "nearest", yMargin: MARGIN });
  }
  const seenThere = head !== null && head.from >= top.from && head.from <= bottom.from;
  return seenThere && head.bottom - top.top > view.scrollDOM.clientHeight
    ? EditorView.scrollIntoView(head.from, { y: "end", yMargin: MARGIN })
    : EditorView.scrollIntoView(top.from, { y: "start", yMargin: 0 });
}

/** Tells the others which lines are in view, unless they are another's choice. */
function inView({ text }: DocumentFile, { awareness }: RoomSession, { guide }: Desk): Extension {
  return ViewPlugin.define((view) => {
    let due: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      due = undefined;
      const local = awareness.getLocalState();
      if (local === null || guide.leader.get() !== null || text.doc === null || text.length !== view.state.doc.length) {
        return;
      }
      const from = view.scrollDOM.scrollTop - view.documentPadding.top;
      const starts = [from, from + view.scrollDOM.clientHeight].map((height) => view.lineBlockAtHeight(height).from);
      const [top, bottom] = starts.map((start) => Y.createRelativePositionFromTypeIndex(text, start));
      if (JSON.stringify(local.seen) !== JSON.stringify({ top, bottom })) {
        awareness.setLocalStateField("seen", { top, bottom });
      }
    };
    const schedule = () => {
      due ??= setTimeout(tell, TELL_MS);
    };
    view.scrollDOM.addEventListener("scroll", schedule);
    schedule();
    return {
      update: schedule,
      destroy() {
        view.scrollDOM.removeEventListener("scroll", schedule);
        clearTimeout(due);
      },
    };
  });
}

/** Opens the file that the member looks at who is followed. Runs until the answer is called. */
export function followMember(files: Store<readonly DocumentFile[]>, desk: Desk): () => void {
  const look = () => {
    const there = desk.guide.place.get()?.document ?? null;
    if (there !== null && files.get().some(({ id }) => id === there)) {
      desk.lead(there);
    }
  };
  const stopGuide = desk.guide.place.subscribe(look);
  // They may open a file before this browser has heard of it.
  const stopFiles = files.subscribe(look);
  return () => {
    stopGuide();
    stopFiles();
  };
}

/** Opens the file that a model writes while the desk follows: one's own turn's first. Runs until the answer is called. */
export function followModels(
  session: RoomSession,
  files: Store<readonly DocumentFile[]>,
  whereabouts: Store<readonly Whereabout[]>,
  desk: Desk,
): () => void {
  const look = () => {
    const writers = whereabouts.get().filter(({ user, document }) => user.model && document !== null);
    const own = ownRunningTurn(session.state.get())?.id;
    const file = (writers.find(({ user }) => user.turn === own) ?? writers[0])?.document;
    if (file) {
      desk.follow(file);
    }
  };
  const stopCursors = whereabouts.subscribe(look);
  let follows = desk.state.get().following;
  const stopDesk = desk.state.subscribe(() => {
    const { following } = desk.state.get();
    if (following !== follows) {
      follows = following;
      look();
    }
  });
  const stopHunks = session.onEvent((event) => {
    const file = event.type === "hunk" ? files.get().find(({ path }) => path === event.hunk.path) : undefined;
    if (file !== undefined) {
      desk.follow(file.id);
    }
  });
  return () => {
    stopCursors();
    stopDesk();
    stopHunks();
  };
}

/** Scrolls to a range unless some of it is in view. */
export function showPlace(view: EditorView, place: WrittenRange | null): void {
  if (place === null || place.to > view.state.doc.length) {
    return;
  }
  const { scrollTop, clientHeight } = view.scrollDOM;
  const top = view.lineBlockAt(place.from).top;
  const bottom = view.lineBlockAt(place.to).bottom;
  if (bottom < scrollTop || top > scrollTop + clientHeight) {
    view.dispatch({ effects: EditorView.scrollIntoView(place.from, { y: "center" }) });
  }
}

function modelPosition(text: Y.Text, awareness: Awareness): number | null {
  for (const [, { user, cursor }] of others(awareness)) {
    const at = user.model && cursor !== null ? indexIn(text, cursor.head) : null;
    if (at !== null) {
      return at;
    }
  }
  return null;
}

/** Where a relative position stands in `text`, in UTF-16 units; null if it is in none or another. */
function indexIn(text: Y.Text, relative: object): number | null {
  if (text.doc === null) {
    return null;
  }
  const position = Y.createRelativePositionFromJSON(relative);
  const absolute = Y.createAbsolutePositionFromRelativePosition(position, text.doc);
  return absolute?.type === text ? absolute.index : null;
}
