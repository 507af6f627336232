/** Two states of a file beside each other, or as one text: framework-free, read-only, made for one file. */
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { carriageReturns } from "../documents/carriage-returns";
import { editorTheme } from "../documents/editor-theme";
import { loadLanguage } from "../documents/language";

export interface DiffOptions {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  readonly layout: "split" | "unified";
  /** Long stretches that are equal are folded. */
  readonly folded: boolean;
}

export interface OpenDiff {
  /** Another text after, with the scroll position kept. */
  update(after: string): void;
  destroy(): void;
}

/** Bounds the work on texts that have little in common. */
const DIFF = { scanLimit: 2_000, timeout: 200 };

export function openDiff(parent: HTMLElement, options: DiffOptions): OpenDiff {
  const language = new Compartment();
  const views =
    options.layout === "split" ? openSplit(parent, options, language) : openUnified(parent, options, language);
  const { shown, destroy } = views;
  let over = false;
  void loadLanguage(options.path).then((extension) => {
    for (const view of over ? [] : shown) {
      view.dispatch({ effects: language.reconfigure(extension) });
    }
  });
  const now = shown[shown.length - 1];
  if (now !== undefined) {
    scrollToChange(now, options);
  }
  return {
    update(after) {
      if (now !== undefined) {
        replace(now, after);
      }
    },
    destroy() {
      over = true;
      destroy();
    },
  };
}

interface Views {
  /** The last one shows the text after. */
  readonly shown: readonly EditorView[];
  destroy(): void;
}

function openSplit(parent: HTMLElement, { path, before, after, folded }: DiffOptions, language: Compartment): Views {
  const merge = new MergeView({
    parent,
    a: { doc: before, extensions: common(`${path}, before`, language) },
    b: { doc: after, extensions: common(`${path}, after`, language) },
    diffConfig: DIFF,
    ...(folded ? { collapseUnchanged: {} } : {}),
  });
  return { shown: [merge.a, merge.b], destroy: () => merge.destroy() };
}

function openUnified(parent: HTMLElement, { path, before, after, folded }: DiffOptions, language: Compartment): Views {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: after,
      extensions: [
        common(path, language),
        unifiedMergeView({
          original: before,
          mergeControls: false,
          diffConfig: DIFF,
          ...(folded ? { collapseUnchanged: {} } : {}),
        }),
      ],
    }),
  });
  return { shown: [view], destroy: () => view.destroy() };
}

function common(label: string, language: Compartment): Extension {
  return [
    carriageReturns,
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
    EditorView.lineWrapping,
    lineNumbers(),
    language.of([]),
    editorTheme,
  ];
}

/** The first line that differs comes into view. */
function scrollToChange(view: EditorView, { before, after }: DiffOptions): void {
  let at = 0;
  while (at < after.length && at < before.length && before.charCodeAt(at) === after.charCodeAt(at)) {
    at += 1;
  }
  const place = Math.min(at, view.state.doc.length);
  view.dispatch({ effects: EditorView.scrollIntoView(place, { y: "center" }) });
}

/** Makes the text another by one change between their common ends, so that what is looked at stays where it is. */
function replace(view: EditorView, text: string): void {
  const now = view.state.sliceDoc();
  let head = 0;
  while (head < now.length && head < text.length && now.charCodeAt(head) === text.charCodeAt(head)) {
    head += 1;
  }
  let tail = 0;
  const most = Math.min(now.length, text.length) - head;
  while (tail < most && now.charCodeAt(now.length - 1 - tail) === text.charCodeAt(text.length - 1 - tail)) {
    tail += 1;
  }
  if (now !== text) {
    view.dispatch({ changes: { from: head, to: now.length - tail, insert: text.slice(head, text.length - tail) } });
  }
}
