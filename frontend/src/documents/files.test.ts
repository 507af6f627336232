import { expect, it } from "vitest";
import * as Y from "yjs";
import { createFile, deleteFile, renameFile, watchFiles } from "./files";

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
