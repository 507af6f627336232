/** A CodeMirror editor on one file of a room: framework-free, made for a file and destroyed with it. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, indentWithTab, simplifySelection } from "@codemirror/commands";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension, type StateEffect, type Text } from "@codemirror/state";
import {
  crosshairCursor,
  drawSelection,
  dropCursor,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  rectangularSelection,
} from "@codemirror/view";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import type * as Y from "yjs";
import { mayWrite, ownRunningTurn } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import { notify } from "../ui/toasts";
import { breakpointGutter } from "./breakpoint-gutter";
import { carriageReturns } from "./carriage-returns";
import type { Desk } from "./desk";
import { editorTheme } from "./editor-theme";
import type { DocumentFile } from "./files";
import { following, showPlace } from "./following";
import { loadLanguage } from "./language";
import { lineWidth } from "./line-width";
import { markWritten, writtenPlaces } from "./marking";
import { writtenMarks } from "./marks";
import { type Proposal, propose, proposing } from "./proposing";
import { telling } from "./selecting";
import { testing } from "./testing";
import { OwnSteps, stepsByCursor } from "./undo";
import { loadVim, vimKeys } from "./vim";

/** What outlives an editor while its room is open: undo steps, selection and scroll position of each text. */
export class EditorMemory {
  readonly #steps = new WeakMap<Y.Text, OwnSteps>();
  readonly #views = new WeakMap<Y.Text, { anchor: number; head: number; scroll: StateEffect<unknown> }>();

  readonly #mayWrite: () => boolean;

  constructor(mayWrite: () => boolean) {
    this.#mayWrite = mayWrite;
  }

  stepsIn(text: Y.Text): OwnSteps {
    let steps = this.#steps.get(text);
    if (steps === undefined) {
      steps = new OwnSteps(text, this.#mayWrite);
      this.#steps.set(text, steps);
    }
    return steps;
  }

  leave(text: Y.Text, view: EditorView): void {
    const { anchor, head } = view.state.selection.main;
    this.#views.set(text, { anchor, head, scroll: view.scrollSnapshot() });
  }

  enter(text: Y.Text, view: EditorView): void {
    const left = this.#views.get(text);
    if (left !== undefined) {
      const end = view.state.doc.length;
      const selection = { anchor: Math.min(left.anchor, end), head: Math.min(left.head, end) };
      view.dispatch({ selection, effects: left.scroll });
    }
  }
}

export interface OpenEditor {
  readonly view: EditorView;
  /** Scrolls to a 1-based line and puts the cursor there. */
  goTo(line: number): void;
  /** Shows a text that the person is to put into this one. */
  propose(proposal: Proposal): void;
  destroy(): void;
}

export function openEditor(
  parent: HTMLElement,
  file: DocumentFile,
  session: RoomSession,
  desk: Desk,
  memory: EditorMemory,
): OpenEditor {
  const { text } = file;
  const steps = memory.stepsIn(text);
  const language = new Compartment();
  const rights = new Compartment();
  const vim = new Compartment();
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text.toString(),
      extensions: [
        vim.of([]),
        carriageReturns,
        rights.of(rightsOf(session)),
        sizeLimit(session),
        testing(file.path, desk.tests, () => mayWrite(session.state.get())),
        breakpointGutter(file, session, desk.breakpoints),
        lineNumbers(),
        foldGutter(),
        codeFolding(),
        drawSelection(),
        dropCursor(),
        rectangularSelection(),
        crosshairCursor(),
        EditorState.allowMultipleSelections.of(true),
        indentUnit.of(file.path.endsWith(".py") ? "    " : "  "),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        autocompletion(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSelectionMatches(),
        search({ top: false }),
        language.of([]),
        keys(session),
        writtenMarks,
        following(file, session, desk),
        telling(file.id, desk.selected),
        proposing(() => desk.settleProposal()),
        lineWidth(),
        yCollab(text, session.awareness, { undoManager: steps }),
        stepsByCursor(text, steps),
        editorTheme,
        EditorView.contentAttributes.of({ "aria-label": `Text of ${file.path}` }),
      ],
    }),
  });
  memory.enter(text, view);
  void loadLanguage(file.path).then((extension) => {
    view.dispatch({ effects: language.reconfigure(extension) });
  });
  const stopVim = followVim(view, vim);
  const stopMarking = markWritten(view, file, session);
  if (desk.state.get().following) {
    showPlace(view, writtenPlaces(view, file, session).at(-1) ?? null);
  }
  let writable = mayWrite(session.state.get());
  const stopRights = session.state.subscribe(() => {
    if (mayWrite(session.state.get()) !== writable) {
      writable = !writable;
      view.dispatch({ effects: rights.reconfigure(rightsOf(session)) });
    }
  });
  return {
    view,
    goTo(line) {
      const at = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines))).from;
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
      view.focus();
    },
    propose(proposal) {
      propose(view, proposal);
    },
    destroy() {
      memory.leave(text, view);
      stopVim();
      stopMarking();
      stopRights();
      view.destroy();
    },
  };
}

/** Keeps Vim's keys on or off as chosen, until the function it returns is called. */
function followVim(view: EditorView, compartment: Compartment): () => void {
  let over = false;
  const apply = async () => {
    const extension = vimKeys.get() ? await loadVim() : [];
    if (!over) view.dispatch({ effects: compartment.reconfigure(extension) });
  };
  if (vimKeys.get()) void apply();
  const stop = vimKeys.subscribe(() => void apply());
  return () => {
    over = true;
    stop();
  };
}

function rightsOf(session: RoomSession): Extension {
  return mayWrite(session.state.get())
    ? []
    : [EditorState.readOnly.of(true), EditorView.contentAttributes.of({ "aria-readonly": "true" })];
}

/** Refuses one's own edit that would make the document larger than the server takes: its socket would be closed. */
function sizeLimit(session: RoomSession): Extension {
  return EditorState.transactionFilter.of((transaction) => {
    const most = session.state.get().room?.limits.document_bytes ?? Number.POSITIVE_INFINITY;
    const grows = transaction.newDoc.length > transaction.startState.doc.length;
    if (transaction.isUserEvent("input") && grows && !fits(transaction.newDoc, most)) {
      notify(`A document holds at most ${most.toLocaleString("en")} bytes.`, "error");
      return [];
    }
    return transaction;
  });
}

/** Whether a text takes at most so many bytes. One UTF-16 unit takes up to three. */
function fits(text: Text, bytes: number): boolean {
  return text.length * 3 <= bytes || new TextEncoder().encode(text.toString()).length <= bytes;
}

/** Esc closes what is open in the editor; a selection it clears only when there is no turn of one's own that it stops. */
function keys(session: RoomSession): Extension {
  return keymap.of([
    ...closeBracketsKeymap,
    ...completionKeymap,
    ...searchKeymap,
    ...foldKeymap,
    ...yUndoManagerKeymap,
    { key: "Escape", run: (view) => ownRunningTurn(session.state.get()) === null && simplifySelection(view) },
    ...defaultKeymap.filter(({ key }) => key !== "Escape"),
    indentWithTab,
  ]);
}
