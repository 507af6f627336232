/** Keeps an editor's marks: where the model's changes of this file stand about which nobody has decided yet. */
import type { EditorView } from "@codemirror/view";
import type * as Y from "yjs";
import { turnRuns } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import type { Hunk } from "../wire/types";
import type { DocumentFile } from "./files";
import { placesAdded } from "./hunk-places";
import { addMarks, clearMarks } from "./marks";
import { rangesWritten, type WrittenRange } from "./written";

/**
 * Marks what was written while this file was not open, and then each piece as it arrives. Pieces are the model's if a
 * turn runs and no person here wrote them. Marks go when their hunk is accepted or rejected. Ends when the answer is
 * called.
 */
export function markWritten(view: EditorView, file: DocumentFile, session: RoomSession): () => void {
  let known = openHunks(file, session);
  view.dispatch({ effects: addMarks.of(writtenPlaces(view, file, session)) });
  const byModel = (client: number) => {
    const user = session.awareness.getStates().get(client)?.user;
    return client !== session.doc.clientID && (user === undefined || user.model === true);
  };
  // Runs after the editor's own observer, which has brought the view level with the text.
  const observe = (_event: Y.YTextEvent, transaction: Y.Transaction) => {
    if (!transaction.local && turnRuns(session.state.get())) {
      const ranges = rangesWritten(file.text, transaction, byModel);
      if (ranges.length > 0) {
        view.dispatch({ effects: addMarks.of(ranges) });
      }
    }
  };
  file.text.observe(observe);
  const stop = session.state.subscribe(() => {
    const before = known;
    known = openHunks(file, session);
    const ids = new Set(known.map(({ id }) => id));
    if (before.some(({ id }) => !ids.has(id))) {
      view.dispatch({ effects: [clearMarks.of(null), addMarks.of(writtenPlaces(view, file, session))] });
    } else if (known.length > before.length) {
      // What was written of a hunk before this editor was made is known when the hunk closes.
      const old = new Set(before.map(({ id }) => id));
      const fresh = known.filter(({ id }) => !old.has(id));
      view.dispatch({ effects: addMarks.of(placesOf(view, fresh)) });
    }
  });
  return () => {
    file.text.unobserve(observe);
    stop();
  };
}

/** Where this file's changes stand about which nobody has decided yet, in the order of their turns. */
export function writtenPlaces(view: EditorView, file: DocumentFile, session: RoomSession): WrittenRange[] {
  return placesOf(view, openHunks(file, session));
}

function placesOf(view: EditorView, hunks: readonly Hunk[]): WrittenRange[] {
  const text = view.state.doc.toString();
  return hunks.flatMap((hunk) => placesAdded(text, hunk));
}

function openHunks(file: DocumentFile, session: RoomSession): readonly Hunk[] {
  const { turns } = session.state.get();
  return turns.flatMap(({ hunks }) => hunks.filter((hunk) => hunk.file === file.id && hunk.state === "applied"));
}
