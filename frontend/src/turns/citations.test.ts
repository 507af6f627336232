// @vitest-environment happy-dom
import { beforeEach, expect, it } from "vitest";
import * as Y from "yjs";
import { NOTHING } from "../rooms/reducer";
import type { RoomSession } from "../rooms/session";
import { createStore } from "../rooms/store";
import { turn } from "../rooms/testing/rows";
import { Citations } from "./citations";
import type { TextFile } from "./text-file";

const TEXT = "one\ntwo\nthree\nfour\n";

beforeEach(() => sessionStorage.clear());

function room() {
  const doc = new Y.Doc();
  const text = doc.getText("a");
  text.insert(0, TEXT);
  const state = createStore({ ...NOTHING.state, synced: true });
  const files = createStore<readonly TextFile[]>([{ id: "f1", path: "game.js", text }]);
  const session = { id: "r1", doc, state } as unknown as RoomSession;
  const citations = new Citations(session, files);
  citations.watch();
  const say = (said: string, over = true) =>
    state.set({ ...state.get(), turns: [turn({ text: said, state: over ? "settled" : "streaming" })] });
  return { session, files, text, citations, say };
}

it("follows a line after typing above it", () => {
  const { text, citations, say } = room();
  say("It is in game.js:3.");
  text.insert(0, "zero\nhalf\n");
  expect(citations.find("t1", "game.js", 3)).toEqual({ file: "f1", line: 5 });
  text.delete(0, 9);
  expect(citations.find("t1", "game.js", 3)).toEqual({ file: "f1", line: 4 });
});

it("takes the line when it is said, while the answer still streams", () => {
  const { text, citations, say } = room();
  say("See game.js:2 and", false);
  text.insert(0, "zero\n");
  say("See game.js:2 and `game.js:4`.");
  expect(citations.find("t1", "game.js", 2)).toEqual({ file: "f1", line: 3 });
  expect(citations.find("t1", "game.js", 4)).toEqual({ file: "f1", line: 4 });
});

it("keeps places over a reload, and follows files that are renamed", () => {
  const { session, files, text, citations, say } = room();
  say("It is in game.js:3.");
  text.insert(0, "zero\n");
  const [file] = files.get();
  files.set(file === undefined ? [] : [{ ...file, path: "snake.js" }]);
  expect(citations.find("t1", "game.js", 3)).toEqual({ file: "f1", line: 4 });
  expect(new Citations(session, files).find("t1", "game.js", 3)).toEqual({ file: "f1", line: 4 });
});

it("goes by the number where nothing better is known, and nowhere if the file is gone", () => {
  const { files, citations, say } = room();
  expect(citations.find("t1", "game.js", 2)).toEqual({ file: "f1", line: 2 });
  say("It is in game.js:3.");
  files.set([]);
  expect(citations.find("t1", "game.js", 3)).toBeNull();
});
