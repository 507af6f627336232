/**
 * Marks the lines that a model wrote in its last turn: a soft tint and a bar in the gutter. They move with the text and
 * go when the next turn begins.
 */
import { type EditorState, type Extension, RangeSet, StateEffect, StateField, type Text } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutterLineClass } from "@codemirror/view";
import type { WrittenRange } from "./written";

export const addMarks = StateEffect.define<readonly WrittenRange[]>();
export const clearMarks = StateEffect.define<null>();

/** From this share of marked lines on, the tint would only be a second background: the gutter's bar stays. */
const WHOLE = 0.9;
const TINT = Decoration.line({ class: "cm-written" });
const BAR = new (class extends GutterMarker {
  override elementClass = "cm-writtenGutter";
})();

interface Marks {
  readonly tints: DecorationSet;
  readonly bars: RangeSet<GutterMarker>;
}

const NONE: Marks = { tints: Decoration.none, bars: RangeSet.empty };

/** Both sets are changed and never rebuilt: the editor compares sets at every update and skips what they share. */
const marks = StateField.define<Marks>({
  create: () => NONE,
  update(value, transaction) {
    const { changes } = transaction;
    let { tints, bars } = changes.empty ? value : { tints: value.tints.map(changes), bars: value.bars.map(changes) };
    for (const effect of transaction.effects) {
      if (effect.is(clearMarks)) {
        ({ tints, bars } = NONE);
      } else if (effect.is(addMarks)) {
        const starts = newLines(tints, transaction.state.doc, effect.value);
        tints = tints.update({ add: starts.map((start) => TINT.range(start)) });
        bars = bars.update({ add: starts.map((start) => BAR.range(start)) });
      }
    }
    return tints === value.tints ? value : { tints, bars };
  },
  provide: (field) => [
    EditorView.decorations.from(field, ({ tints }) => tints),
    gutterLineClass.from(field, ({ bars }) => bars),
    EditorView.editorAttributes.compute([field], (state): Record<string, string> => {
      const whole = state.field(field).tints.size >= state.doc.lines * WHOLE;
      return whole ? { class: "cm-writtenWhole" } : {};
    }),
  ],
});

export const writtenMarks: Extension = marks;

/** The 1-based numbers of the marked lines, ascending. */
export function markedLines(state: EditorState): number[] {
  const lines = new Set<number>();
  state.field(marks).tints.between(0, state.doc.length, (from) => {
    lines.add(state.doc.lineAt(from).number);
  });
  return [...lines].sort((a, b) => a - b);
}

/** The starts of the lines in `ranges` that bear no mark yet, ascending. */
function newLines(known: DecorationSet, doc: Text, ranges: readonly WrittenRange[]): number[] {
  const starts = new Set<number>();
  for (const range of ranges) {
    const to = Math.min(range.to, doc.length);
    const from = Math.min(range.from, to);
    // A line break at the start of what was written belongs to the line above, which was not.
    const first = doc.lineAt(to - from > 1 && doc.sliceString(from, from + 1) === "\n" ? from + 1 : from);
    for (let line = first; ; line = doc.line(line.number + 1)) {
      starts.add(line.from);
      if (line.to >= to - 1 || line.number === doc.lines) {
        break;
      }
    }
  }
  for (const start of [...starts]) {
    known.between(start, doc.lineAt(start).to, () => {
      starts.delete(start);
    });
  }
  return [...starts].sort((a, b) => a - b);
}
