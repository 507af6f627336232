import { EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { addMarks, clearMarks, markedLines, writtenMarks } from "./marks";

function stateOf(doc: string): EditorState {
  return EditorState.create({ doc, extensions: [EditorState.lineSeparator.of("\n"), writtenMarks] });
}

function marksAfter(state: EditorState, from: number, to: number): EditorState {
  return state.update({ effects: addMarks.of([{ from, to }]) }).state;
}

describe("marks", () => {
  it.each([
    ["a part of a line", 1, 2, [1]],
    ["a whole line with its break", 4, 8, [2]],
    ["several lines", 4, 14, [2, 3]],
    ["a break at the start, which belongs to the line above", 3, 7, [2]],
    ["a break alone", 3, 4, [1]],
    ["nothing", 5, 5, [2]],
    ["a place beyond the end", 90, 99, [3]],
  ])("stand on the lines of %s", (_, from, to, lines) => {
    expect(markedLines(marksAfter(stateOf("one\ntwo\nthree"), from, to))).toEqual(lines);
  });

  it("move with their lines", () => {
    const marked = marksAfter(stateOf("one\ntwo\nthree"), 4, 7);
    expect(markedLines(marked.update({ changes: { from: 0, insert: "zero\n" } }).state)).toEqual([3]);
  });

  it("stand once on a line that is written piece by piece", () => {
    let state = stateOf("");
    for (const piece of ["const ", "speed", " = 8\n", "run()"]) {
      const from = state.doc.length;
      state = state.update({ changes: { from, insert: piece } }).state;
      state = marksAfter(state, from, from + piece.length);
    }
    expect(markedLines(state)).toEqual([1, 2]);
  });

  it.each([
    ["is replaced", { from: 4, to: 7, insert: "zwei" }, [1, 3]],
    ["is removed with its break", { from: 4, to: 8, insert: "" }, [1, 2]],
    ["is removed with the break before it", { from: 3, to: 7, insert: "" }, [1, 2]],
    ["goes on after a break of its own", { from: 7, to: 7, insert: "\n" }, [1, 2, 4]],
    ["stands below a new one", { from: 4, to: 4, insert: "mine\n" }, [1, 3, 4]],
    ["is changed in part", { from: 4, to: 6, insert: "2" }, [1, 2, 3]],
  ])("keep to the text of their lines when one %s", (_, changes, lines) => {
    const marked = marksAfter(stateOf("one\ntwo\nthree"), 0, 13);
    expect(markedLines(marked.update({ changes }).state)).toEqual(lines);
  });

  it("go when the next turn begins", () => {
    const marked = marksAfter(stateOf("one\ntwo"), 0, 7);
    expect(markedLines(marked.update({ effects: clearMarks.of(null) }).state)).toEqual([]);
  });
});
