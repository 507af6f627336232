import { expect, it, vi } from "vitest";
import * as Y from "yjs";
import { Breakpoints } from "./breakpoints";
import { createFiles, type DocumentFile, deleteFile, watchFiles } from "./files";

function room(): { doc: Y.Doc; breakpoints: Breakpoints; file: DocumentFile } {
  const doc = new Y.Doc();
  createFiles(doc, [{ path: "main.py", content: { text: "one\ntwo\nthree\n" } }]);
  const files = watchFiles(doc);
  const file = files.get()[0];
  if (file === undefined) throw new Error("no file");
  return { doc, breakpoints: new Breakpoints(doc, files), file };
}

it("sets a breakpoint and takes it away", () => {
  const { breakpoints, file } = room();
  breakpoints.toggle(file, 2);
  breakpoints.toggle(file, 3);
  expect(breakpoints.linesOf("main.py")).toEqual([2, 3]);
  breakpoints.toggle(file, 2);
  expect(breakpoints.all.get()).toEqual([{ path: "main.py", line: 3 }]);
  expect(breakpoints.own.get()).toBe(3);
});

it("keeps it with its line, in every browser", async () => {
  vi.useFakeTimers();
  const { doc, breakpoints, file } = room();
  breakpoints.toggle(file, 2);
  const other = new Y.Doc();
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
  const theirs = new Breakpoints(other, watchFiles(other));
  expect(theirs.linesOf("main.py")).toEqual([2]);
  file.text.insert(0, "zero\n");
  vi.runAllTimers();
  expect(breakpoints.linesOf("main.py")).toEqual([3]);
  // A new line at the very start of its line moves it down with its text.
  file.text.insert(9, "\n");
  vi.runAllTimers();
  expect(breakpoints.linesOf("main.py")).toEqual([4]);
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
  vi.runAllTimers();
  expect(theirs.linesOf("main.py")).toEqual([4]);
  vi.useRealTimers();
});

it("ignores what is no breakpoint", () => {
  const { doc, breakpoints, file } = room();
  const map = doc.getMap("breakpoints");
  for (const value of [
    null,
    1,
    "x",
    {},
    { file: file.id },
    { file: file.id, at: { tname: "files" } },
    { file: "gone", at: {} },
  ]) {
    map.set(String(Math.random()), value);
  }
  map.set("wrong", { file: file.id, at: { item: { client: -1, clock: "x" } } });
  expect(breakpoints.all.get()).toEqual([]);
});

it("counts none of a file that is gone, and removes them with the next click", () => {
  const { doc, breakpoints, file } = room();
  createFiles(doc, [{ path: "long.py", content: { text: "x\n".repeat(300) } }]);
  const files = watchFiles(doc);
  const long = files.get().find(({ path }) => path === "long.py");
  if (long === undefined) throw new Error("no file");
  for (let line = 1; line <= 200; line++) expect(breakpoints.toggle(long, line)).toBe(true);
  expect(breakpoints.toggle(file, 1)).toBe(false);
  expect(doc.getMap("breakpoints").size).toBe(200);
  deleteFile(doc, long.id);
  expect(breakpoints.toggle(file, 2)).toBe(true);
  expect(breakpoints.all.get()).toEqual([{ path: "main.py", line: 2 }]);
  expect(doc.getMap("breakpoints").size).toBe(1);
});
