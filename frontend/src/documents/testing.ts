/** Marks beside the tests of a file, which run them, and a key for the one at the cursor. */
import { type Extension, RangeSet, RangeSetBuilder, StateField } from "@codemirror/state";
import { type EditorView, GutterMarker, gutter, keymap, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import type { WritableStore } from "../rooms/store";
import { type CodeTest, mayHoldTests, testAt, testsIn } from "./test-code";

/** What the editor knows of tests, and asks for. */
export interface TestDesk {
  /** The test at the cursor of the editor in front. */
  readonly here: WritableStore<CodeTest | null>;
  /** The ids of tests that somebody wants to run now; a new list each time. */
  readonly wanted: WritableStore<readonly string[] | null>;
  /** The run that somebody wants to look at; a new object each time. */
  readonly shown: WritableStore<{ readonly run: string } | null>;
}

interface Known {
  readonly tests: readonly CodeTest[];
  readonly marks: RangeSet<GutterMarker>;
}

class RunMark extends GutterMarker {
  constructor(readonly test: CodeTest) {
    super();
  }

  override eq(other: RunMark): boolean {
    return other.test.id === this.test.id;
  }

  override toDOM(): HTMLElement {
    const mark = document.createElement("span");
    mark.className = "cm-testMark";
    mark.title = `Run ${this.test.name} (${KEY_NAME})`;
    return mark;
  }
}

const KEY = "Mod-Shift-Enter";
const KEY_NAME = /Mac|iPhone|iPad/.test(navigator.platform) ? "⇧⌘Enter" : "Ctrl+Shift+Enter";

/** Runs tests of the file at `path` by `desk`, while `mayRun`. Empty for files that hold none by their names. */
export function testing(path: string, desk: TestDesk, mayRun: () => boolean): Extension {
  if (!mayHoldTests(path)) return [];
  const known = StateField.define<Known>({
    create: (state) => read(path, state.doc.toString(), (line) => state.doc.line(line).from),
    update: (value, { docChanged, newDoc }) =>
      docChanged ? read(path, newDoc.toString(), (line) => newDoc.line(line).from) : value,
  });
  const at = (view: EditorView) => {
    const { doc, selection } = view.state;
    return testAt(view.state.field(known).tests, doc.lineAt(selection.main.head).number);
  };
  const run = (test: CodeTest | null) => {
    if (test === null || !mayRun()) return false;
    desk.wanted.set([test.id]);
    return true;
  };
  return [
    known,
    gutter({
      class: "cm-testGutter",
      markers: (view) => view.state.field(known).marks,
      domEventHandlers: {
        mousedown(view, block, event) {
          const line = view.state.doc.lineAt(block.from).number;
          const test = view.state.field(known).tests.find(({ first }) => first === line) ?? null;
          if (run(test)) event.preventDefault();
          return test !== null;
        },
      },
    }),
    keymap.of([{ key: KEY, run: (view) => run(at(view)) }]),
    ViewPlugin.define((view) => {
      const tell = () => {
        const now = at(view);
        if (desk.here.get()?.id !== now?.id) desk.here.set(now);
      };
      tell();
      return {
        update({ selectionSet, docChanged }: ViewUpdate) {
          if (selectionSet || docChanged) tell();
        },
        destroy: () => desk.here.set(null),
      };
    }),
  ];
}

function read(path: string, text: string, startOf: (line: number) => number): Known {
  const tests = testsIn(path, text);
  const marks = new RangeSetBuilder<GutterMarker>();
  for (const test of tests) {
    const from = startOf(test.first);
    marks.add(from, from, new RunMark(test));
  }
  return { tests, marks: tests.length === 0 ? RangeSet.empty : marks.finish() };
}
