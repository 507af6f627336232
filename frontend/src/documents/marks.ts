/**
 * Marks the lines that a model wrote: a soft tint and a bar in the gutter. They move with the text, and go when somebody
 * accepts or rejects what was written, or when nothing of their line is left.
 */
import {
  type ChangeSet,
  type EditorState,
  type Extension,
  RangeSet,
  StateEffect,
  StateField,
  type Text,
} from "@codemirror/state";
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
    let { tints, bars } = changes.empty
      ? value
      : moved(value, transaction.startState.doc, transaction.state.doc, changes);
    for (const effect of transaction.effects) {
      if (effect.is(clearMarks)) {
        ({ tints, bars } = NONE);
      } else if (effect.is(addMarks)) {
        ({ tints, bars } = marked({ tints, bars }, linesIn(transaction.state.doc, effect.value)));
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

/** The marks after `changes` of `old`. What replaces a whole line is marked anew if the model wrote it. */
function moved({ tints, bars }: Marks, old: Text, now: Text, changes: ChangeSet): Marks {
  const gone = new Set<number>();
  const carried: number[] = [];
  changes.iterChangedRanges((from, to) => {
    for (let line = old.lineAt(from); line.to <= to; line = old.line(line.number + 1)) {
      if (line.length > 0 && from <= line.from) gone.add(line.from);
      if (line.number === old.lines) break;
    }
    // A line that is begun by a change, or follows one that removes lines, would leave its mark to the line above.
    const next = old.lineAt(to);
    if (next.from === to && next.length > 0 && bears(tints, to)) {
      gone.add(to);
      carried.push(now.lineAt(changes.mapPos(to, 1)).from);
    }
  });
  const left = {
    filter: (from: number) => !gone.has(from),
    filterFrom: Math.min(...gone),
    filterTo: Math.max(...gone),
  };
  const kept = gone.size === 0 ? { tints, bars } : { tints: tints.update(left), bars: bars.update(left) };
  const mapped = { tints: kept.tints.map(changes), bars: kept.bars.map(changes) };
  return marked(mapped, carried);
}

/** The marks with further ones at these starts of lines, which may bear one already. */
function marked({ tints, bars }: Marks, starts: Iterable<number>): Marks {
  const fresh = [...new Set(starts)].filter((start) => !bears(tints, start)).sort((a, b) => a - b);
  return fresh.length === 0
    ? { tints, bars }
    : {
        tints: tints.update({ add: fresh.map((start) => TINT.range(start)) }),
        bars: bars.update({ add: fresh.map((start) => BAR.range(start)) }),
      };
}

function bears(tints: DecorationSet, start: number): boolean {
  let found = false;
  tints.between(start, start, () => {
    found = true;
  });
  return found;
}

/** The starts of the lines in `ranges`. */
function linesIn(doc: Text, ranges: readonly WrittenRange[]): Set<number> {
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
  return starts;
}
