/** Which lines are selected in this browser's editor: a prompt may be about them. */
import type { EditorState, Extension } from "@codemirror/state";
import { ViewPlugin, type ViewUpdate } from "@codemirror/view";
import type { WritableStore } from "../rooms/store";

/** Whole lines, 1-based, `last` included. */
export interface SelectedLines {
  /** The file's id. */
  readonly file: string;
  readonly first: number;
  readonly last: number;
}

/** Keeps `selected` at what is selected in the editor of `file`, and empties it when that editor goes. */
export function telling(file: string, selected: WritableStore<SelectedLines | null>): Extension {
  return ViewPlugin.define((view) => {
    const tell = (state: EditorState) => {
      const now = selectedLines(state);
      const known = selected.get();
      if (now === null) {
        if (known?.file === file) selected.set(null);
      } else if (known?.file !== file || known.first !== now.first || known.last !== now.last) {
        selected.set({ file, ...now });
      }
    };
    tell(view.state);
    return {
      update(update: ViewUpdate) {
        if (update.selectionSet || update.docChanged) tell(update.state);
      },
      destroy() {
        if (selected.get()?.file === file) selected.set(null);
      },
    };
  });
}

/** The lines of the main selection; null if it is empty. */
export function selectedLines(state: EditorState): { first: number; last: number } | null {
  const { from, to, empty } = state.selection.main;
  if (empty) return null;
  const first = state.doc.lineAt(from).number;
  const end = state.doc.lineAt(to);
  // A selection of whole lines ends at the start of the line after them.
  return { first, last: to === end.from ? Math.max(first, end.number - 1) : end.number };
}
