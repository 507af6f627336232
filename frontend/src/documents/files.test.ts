import { expect, it } from "vitest";
import * as Y from "yjs";
import {
  createFile,
  createFiles,
  deleteFile,
  deleteFiles,
  type RoomFile,
  renameFile,
  replaceText,
  watchAllFiles,
  watchFiles,
} from "./files";

const HASH = "0123456789abcdef".repeat(4);

function shown(files: readonly RoomFile[]): string[] {
  return files.map((file) => `${file.path}: ${"text" in file ? file.text.toString() : file.asset.slice(0, 4)}`);
}

it("follows files that are made, renamed and removed, and not what is typed", () => {
  const doc = new Y.Doc();
  const files = watchFiles(doc);
  let told = 0;
  files.subscribe(() => {
    told += 1;
  });
  const id = createFile(doc, "b.js");
  createFile(doc, "a.js");
  expect(files.get().map(({ path }) => path)).toEqual(["a.js", "b.js"]);
  expect(id).toMatch(/^[a-z0-9]{16}$/);
  const before = told;
  files.get()[1]?.text.insert(0, "typed");
  expect(told).toBe(before);
  renameFile(doc, id, "c.js");
  expect(files.get().map(({ path }) => path)).toEqual(["a.js", "c.js"]);
  deleteFile(doc, id);
  expect(files.get().map(({ path }) => path)).toEqual(["a.js"]);
});

it("ignores entries of another form", () => {
  const doc = new Y.Doc();
  const entries = doc.getMap("files");
  const files = watchFiles(doc);
  entries.set("a", "text");
  entries.set("b", new Y.Array());
  entries.set("c", new Y.Map([["path", 1]]));
  entries.set(
    "d",
    new Y.Map<unknown>([
      ["path", "d.js"],
      ["text", "no Y.Text"],
    ]),
  );
  entries.set(
    "e",
    new Y.Map<unknown>([
      ["path", "../e.js"],
      ["text", new Y.Text()],
    ]),
  );
  expect(files.get()).toEqual([]);
});

it("knows documents and binary files, and which is which", () => {
  const doc = new Y.Doc();
  createFiles(doc, [
    { path: "b.png", content: { asset: HASH } },
    { path: "a.js", content: { text: "x" } },
  ]);
  doc.getMap("files").set(
    "bad",
    new Y.Map<unknown>([
      ["path", "c.png"],
      ["asset", "no hash"],
    ]),
  );
  expect(shown(watchAllFiles(doc).get())).toEqual(["a.js: x", "b.png: 0123"]);
  expect(shown(watchFiles(doc).get())).toEqual(["a.js: x"]);
});

it("brings back what was deleted, under its id, unless somebody did so already", () => {
  const doc = new Y.Doc();
  const files = watchAllFiles(doc);
  const ids = createFiles(doc, [
    { path: "a/b.png", content: { asset: HASH } },
    { path: "a/c.js", content: { text: "typed 🐍" } },
  ]);
  const bringBack = deleteFiles(doc, files.get());
  expect(files.get()).toEqual([]);
  createFiles(doc, [{ id: ids[0] ?? "", path: "mine", content: { text: "kept" } }]);
  bringBack();
  expect(shown(files.get())).toEqual(["a/c.js: typed 🐍", "mine: kept"]);
  expect(files.get().map(({ id }) => id)).toEqual([ids[1], ids[0]]);
});

it("keeps both texts of two people who make one path, the same way everywhere", () => {
  for (let round = 0; round < 50; round += 1) {
    const [one, other] = [new Y.Doc(), new Y.Doc()];
    createFiles(one, [{ path: "main.py", content: { text: "one" } }]);
    createFiles(other, [{ path: "MAIN.py", content: round % 2 ? { text: "other" } : { asset: HASH } }]);
    Y.applyUpdate(one, Y.encodeStateAsUpdate(other));
    Y.applyUpdate(other, Y.encodeStateAsUpdate(one));
    const [here, there] = [shown(watchAllFiles(one).get()), shown(watchAllFiles(other).get())];
    expect(here).toEqual(there);
    expect(new Set(here.map((line) => line.split(": ")[1]))).toEqual(new Set(["one", round % 2 ? "other" : "0123"]));
    expect(new Set(here.map((line) => line.split(": ")[0]?.toLowerCase()))).toEqual(
      new Set(["main.py", "main (2).py"]),
    );
  }
});

it.each([
  ["", "abc"],
  ["abc", ""],
  ["same", "same"],
  ["one two three", "one 2 three"],
  ["aaa", "aaaa"],
  ["x😀y", "x😁y"],
  ["😀", "😀😀"],
  ["\r\n", "\n"],
])("makes %j equal %j by one edit", (before, after) => {
  const doc = new Y.Doc();
  const text = doc.getText("t");
  text.insert(0, before);
  let edits = 0;
  doc.on("update", () => {
    edits += 1;
  });
  replaceText(text, after);
  expect(text.toString()).toBe(after);
  expect(edits).toBe(before === after ? 0 : 1);
});
