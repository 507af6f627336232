import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { rangesWritten, type WrittenRange } from "./written";

/** What `receiver` marks of `writer`'s client when `updates` arrive as one frame. */
function marked(receiver: Y.Doc, client: number, update: Uint8Array): WrittenRange[] {
  const text = receiver.getText("t");
  let ranges: WrittenRange[] = [];
  text.observe((_, transaction) => {
    ranges = rangesWritten(text, transaction, (id) => id === client);
  });
  Y.applyUpdate(receiver, update);
  return ranges;
}

function copyOf(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
}

describe("ranges written", () => {
  it("are where one client's text stands", () => {
    const model = new Y.Doc();
    model.getText("t").insert(0, "one\ntwo\nthree\n");
    const page = copyOf(model);
    const before = Y.encodeStateVector(model);
    model.transact(() => {
      model.getText("t").insert(4, "2a 🐍\n");
      model.getText("t").insert(0, "zero\n");
    });
    const ranges = marked(page, model.clientID, Y.encodeStateAsUpdate(model, before));
    expect(ranges.map(({ from, to }) => page.getText("t").toString().slice(from, to))).toEqual(["zero\n", "2a 🐍\n"]);
  });

  it("leave out what others wrote in the same frame", () => {
    const model = new Y.Doc();
    model.getText("t").insert(0, "abcdef");
    const page = copyOf(model);
    const person = copyOf(model);
    const before = Y.encodeStateVector(model);
    model.getText("t").insert(3, "MMM");
    person.getText("t").insert(0, "ppp");
    const merged = Y.mergeUpdates([Y.encodeStateAsUpdate(model, before), Y.encodeStateAsUpdate(person, before)]);
    const ranges = marked(page, model.clientID, merged);
    expect(ranges.map(({ from, to }) => page.getText("t").toString().slice(from, to))).toEqual(["MMM"]);
  });

  it("are none for what was deleted again, or for what stood before", () => {
    const model = new Y.Doc();
    model.getText("t").insert(0, "abc");
    const page = copyOf(model);
    const before = Y.encodeStateVector(model);
    model.getText("t").insert(3, "def");
    model.getText("t").delete(3, 3);
    expect(marked(page, model.clientID, Y.encodeStateAsUpdate(model, before))).toEqual([]);
  });
});
