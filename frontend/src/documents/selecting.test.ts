import { EditorState } from "@codemirror/state";
import { expect, it } from "vitest";
import { selectedLines } from "./selecting";

function lines(anchor: number, head: number) {
  return selectedLines(EditorState.create({ doc: "one\ntwo\nthree\n", selection: { anchor, head } }));
}

it("names the lines of a selection, in whichever direction it was made", () => {
  expect(lines(1, 2)).toEqual({ first: 1, last: 1 });
  expect(lines(9, 1)).toEqual({ first: 1, last: 3 });
});

it("leaves out a line that is only touched at its start", () => {
  expect(lines(0, 4)).toEqual({ first: 1, last: 1 });
  expect(lines(4, 14)).toEqual({ first: 2, last: 3 });
  expect(lines(3, 4)).toEqual({ first: 1, last: 1 });
});

it("is none for a cursor", () => {
  expect(lines(5, 5)).toBeNull();
});
