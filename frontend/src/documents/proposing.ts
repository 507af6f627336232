/**
 * A text that could not be put in its place by itself, shown under the editor: people choose the place, and put it there
 * as one step of their own.
 */
import type { EditorState, Extension } from "@codemirror/state";
import { StateEffect, StateField } from "@codemirror/state";
import { EditorView, type Panel, showPanel, type ViewUpdate } from "@codemirror/view";
import { nearestLines } from "./nearest";

export interface Proposal {
  /** The text that it was meant to replace; may be empty. */
  readonly before: string;
  readonly after: string;
}

const setProposal = StateEffect.define<Proposal | null>();

/** Shows what is proposed, and tells `onSettled` when it was taken or put aside. */
export function proposing(onSettled: () => void): Extension {
  return StateField.define<Proposal | null>({
    create: () => null,
    update: (value, { effects }) =>
      effects.reduce((now, effect) => (effect.is(setProposal) ? effect.value : now), value),
    provide: (field) =>
      showPanel.from(field, (proposal) => (proposal === null ? null : (view) => panelOf(view, proposal, onSettled))),
  });
}

/** Shows `proposal` in an editor, with the lines selected that are most like what it was meant to replace. */
export function propose(view: EditorView, proposal: Proposal): void {
  const { doc } = view.state;
  const place = nearestLines(doc.toString(), proposal.before);
  const selection = place === null ? undefined : { anchor: place.from, head: place.to };
  const at = place?.from ?? view.state.selection.main.head;
  view.dispatch({
    ...(selection === undefined ? {} : { selection }),
    effects: [setProposal.of(proposal), EditorView.scrollIntoView(at, { y: "center" })],
  });
  view.focus();
}

function panelOf(view: EditorView, proposal: Proposal, onSettled: () => void): Panel {
  const settle = () => {
    view.dispatch({ effects: setProposal.of(null) });
    view.focus();
    onSettled();
  };
  const put = button("button primary", wordFor(view.state), () => {
    view.dispatch({ ...insertion(view.state, proposal.after), userEvent: "input.paste", scrollIntoView: true });
    settle();
  });
  const later = button("button quiet", "Put aside", settle);
  const text = element("pre", "cm-proposal-text", proposal.after);
  text.tabIndex = 0;
  text.setAttribute("aria-label", "Proposed text");
  const words = "Select what it shall replace, or put the cursor where it belongs.";
  const bar = element("div", "cm-proposal-bar");
  bar.append(element("span", "cm-proposal-words", words), put, later);
  const dom = element("section", "cm-proposal");
  dom.setAttribute("aria-label", "Proposed change");
  dom.append(bar, text);
  return {
    dom,
    update(update: ViewUpdate) {
      if (update.selectionSet || update.docChanged) put.textContent = wordFor(update.state);
      put.disabled = update.state.readOnly;
    },
  };
}

/** Puts `text` in place of the selection; at a cursor, as lines of their own above its line. */
function insertion(state: EditorState, text: string) {
  const { from, to, empty } = state.selection.main;
  const line = state.doc.lineAt(from);
  if (empty) {
    const insert = text.endsWith("\n") ? text : `${text}\n`;
    return { changes: { from: line.from, insert }, selection: { anchor: line.from, head: line.from + insert.length } };
  }
  // Whole lines stay whole lines, with or without the last line break in either of the two.
  const ends = state.sliceDoc(to - 1, to) === "\n";
  const bare = text.replace(/\n$/, "");
  const insert = ends && bare !== "" ? `${bare}\n` : bare;
  return { changes: { from, to, insert }, selection: { anchor: from, head: from + insert.length } };
}

function wordFor(state: EditorState): string {
  return state.selection.main.empty ? "Insert above this line" : "Replace the selection";
}

function button(className: string, label: string, onClick: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = label;
  made.addEventListener("click", onClick);
  return made;
}

function element(tag: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
