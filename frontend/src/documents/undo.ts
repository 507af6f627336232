/** Undo of one's own steps in one text, whatever others have written in between. */
import type { Extension } from "@codemirror/state";
import { EditorView, ViewPlugin } from "@codemirror/view";
import * as Y from "yjs";

/** Typing without a longer pause than this is one step. */
const PAUSE_MS = 500;

/** One person's steps in one text. An editor adds its own origin and takes it away; the steps outlive it. */
export class OwnSteps extends Y.UndoManager {
  readonly #mayWrite: () => boolean;

  /** Without rights nothing is undone: it would be a write like any other. */
  constructor(text: Y.Text, mayWrite: () => boolean) {
    super(text, { trackedOrigins: new Set(), captureTimeout: PAUSE_MS });
    this.#mayWrite = mayWrite;
  }

  override undo() {
    return this.#mayWrite() ? super.undo() : null;
  }

  override redo() {
    return this.#mayWrite() ? super.redo() : null;
  }
}

interface Popped {
  readonly stackItem: { readonly meta: ReadonlyMap<unknown, unknown> };
}

/**
 * Begins another step where the cursor was moved, and puts the cursor where one was undone. The binding restores the selection of steps that were made in the editor that
 * is open; those made before the file was left and opened again have none.
 */
export function stepsByCursor(text: Y.Text, steps: OwnSteps): Extension {
  return ViewPlugin.define((view) => {
    const own = new WeakSet<object>();
    let at: number | null = null;
    const observe = (event: Y.YTextEvent, transaction: Y.Transaction) => {
      if (transaction.origin === steps) {
        at = firstChange(event.delta);
      }
    };
    const added = ({ stackItem }: Popped) => own.add(stackItem);
    const popped = ({ stackItem }: Popped) => {
      if (at !== null && at <= view.state.doc.length && !(own.has(stackItem) && stackItem.meta.size > 0)) {
        view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "nearest" }) });
      }
      at = null;
    };
    text.observe(observe);
    steps.on("stack-item-added", added);
    steps.on("stack-item-popped", popped);
    return {
      update({ transactions }) {
        // Who goes elsewhere begins another step, however fast.
        if (transactions.some((transaction) => transaction.isUserEvent("select"))) {
          steps.stopCapturing();
        }
      },
      destroy() {
        text.unobserve(observe);
        steps.off("stack-item-added", added);
        steps.off("stack-item-popped", popped);
      },
    };
  });
}

/** The end of the first piece that was inserted, or the place of the first that was removed. */
function firstChange(delta: Y.YTextEvent["delta"]): number | null {
  let at = 0;
  for (const { retain, insert } of delta) {
    if (retain === undefined) {
      return typeof insert === "string" ? at + insert.length : at;
    }
    at += retain;
  }
  return null;
}
