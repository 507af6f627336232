/** Vim's keys in the editor, for who wants them: chosen once in this browser, loaded when they are first needed. */
import type { Extension } from "@codemirror/state";
import { yUndoManagerKeymap } from "y-codemirror.next";
import type { Store } from "../rooms/state";
import { createStore } from "../rooms/store";

const KEY = "sparkroom:vim";
const store = createStore(localStorage.getItem(KEY) === "1");

export const vimKeys: Store<boolean> = store;

export function toggleVim(): void {
  localStorage.setItem(KEY, store.get() ? "0" : "1");
  store.set(!store.get());
}

/** The extension to put before every other keymap. Vim takes Escape, so it stops no turn from the editor. */
export async function loadVim(): Promise<Extension> {
  const { CodeMirror, vim } = await import("@replit/codemirror-vim");
  // Its own would look for an undo history that a shared document does not have: one takes back one's own steps only.
  const [undo, redo] = yUndoManagerKeymap;
  CodeMirror.commands.undo = ({ cm6 }) => void undo?.run?.(cm6);
  CodeMirror.commands.redo = ({ cm6 }) => void redo?.run?.(cm6);
  return vim({ status: true });
}
