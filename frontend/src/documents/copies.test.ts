import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { room } from "../rooms/testing/rows";
import { addCopy, copyPath, copyProblem, documentsMissing } from "./copies";
import { createFile, deleteFile, watchFiles } from "./files";

function write(doc: Y.Doc, path: string, text: string): string {
  const id = createFile(doc, path);
  textOf(doc, path).insert(0, text);
  return id;
}

function textOf(doc: Y.Doc, path: string): Y.Text {
  const file = watchFiles(doc)
    .get()
    .find((known) => known.path === path);
  if (file === undefined) {
    throw new Error(`no ${path}`);
  }
  return file.text;
}

function sameAs(doc: Y.Doc): Y.Doc {
  const other = new Y.Doc();
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
  return other;
}

describe("what a copy holds and the room does not", () => {
  it("is the documents with text that the room never had", () => {
    const now = new Y.Doc();
    write(now, "a.js", "one\n");
    write(now, "b.js", "one\n");
    const copy = sameAs(now);
    textOf(copy, "a.js").insert(4, "two\nthree\n");
    write(copy, "c.js", "new");
    expect(documentsMissing(copy, now)).toEqual([
      { path: "a.js", text: "one\ntwo\nthree\n", changes: { added: 2, removed: 0 } },
      { path: "c.js", text: "new", changes: null },
    ]);
  });

  it("is nothing if the copy is merely old", () => {
    const now = new Y.Doc();
    write(now, "a.js", "one");
    const gone = write(now, "b.js", "two");
    const copy = sameAs(now);
    textOf(now, "a.js").delete(0, 1);
    textOf(now, "a.js").insert(0, "and more, ");
    deleteFile(now, gone);
    expect(documentsMissing(copy, now)).toEqual([]);
  });

  it("is everything that differs if the room was made anew", () => {
    const [now, copy] = [new Y.Doc(), new Y.Doc()];
    write(now, "same.js", "same");
    write(now, "other.js", "theirs");
    write(copy, "same.js", "same");
    write(copy, "other.js", "mine");
    expect(documentsMissing(copy, now).map(({ path, text }) => [path, text])).toEqual([["other.js", "mine"]]);
  });

  it("is nothing more once it was added", () => {
    const now = new Y.Doc();
    write(now, "game/a.js", "one");
    const copy = sameAs(now);
    textOf(copy, "game/a.js").insert(3, " more");
    const [missing] = documentsMissing(copy, now);
    expect(missing && addCopy(now, missing)).toBe("game/a (your copy).js");
    expect(textOf(now, "game/a (your copy).js").toString()).toBe("one more");
    expect(textOf(now, "game/a.js").toString()).toBe("one");
    expect(documentsMissing(copy, now)).toEqual([]);
  });

  it("gets a path that can be shown", () => {
    expect(copyPath("a/.env")).toBe("a/.env (your copy)");
    expect(copyPath("a.tar.gz")).toBe("a.tar (your copy).gz");
    expect(copyPath(`${"x".repeat(250)}.js`)).toBe("your copy");
  });

  it("is not added beyond the room's limits, which would close the socket", () => {
    const doc = new Y.Doc();
    write(doc, "a.js", "é".repeat(40));
    const files = watchFiles(doc).get();
    const limits = { ...room().limits, document_bytes: 50, room_bytes: 100, documents: 2 };
    const copy = (text: string) => ({ path: "b.js", text, changes: null });
    expect(copyProblem(files, limits, copy("x".repeat(20)))).toBeNull();
    expect(copyProblem(files, limits, copy("é".repeat(26)))).toContain("50 bytes");
    expect(copyProblem(files, limits, copy("x".repeat(21)))).toContain("no space");
    expect(copyProblem(files, { ...limits, documents: 1 }, copy("x"))).toContain("1 documents");
  });
});
