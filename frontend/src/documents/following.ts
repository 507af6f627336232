/**
 * Shows what the model writes: scrolls with its cursor while the desk follows, and hands the view back at the person's
 * first touch of the text.
 */
import type { Extension } from "@codemirror/state";
import { EditorView, ViewPlugin } from "@codemirror/view";
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { others } from "../rooms/presence";
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
    // Programs scroll too: only what a person does counts.
    EditorView.domEventHandlers({ wheel: touch, touchstart: touch, mousedown: touch, keydown: touch }),
  ];
}

/** Opens the file that a model writes while the desk follows: one's own turn's first. Runs until the answer is called. */
export function followModels(
  session: RoomSession,
  files: Store<readonly DocumentFile[]>,
  whereabouts: Store<readonly Whereabout[]>,
  desk: Desk,
): () => void {
  const stopCursors = whereabouts.subscribe(() => {
    const writers = whereabouts.get().filter(({ user, document }) => user.model && document !== null);
    const own = ownRunningTurn(session.state.get())?.id;
    const file = (writers.find(({ user }) => user.turn === own) ?? writers[0])?.document;
    if (file) {
      desk.follow(file);
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
    if (user.model && cursor !== null && text.doc !== null) {
      const relative = Y.createRelativePositionFromJSON(cursor.head);
      const position = Y.createAbsolutePositionFromRelativePosition(relative, text.doc);
      if (position?.type === text) {
        return position.index;
      }
    }
  }
  return null;
}
