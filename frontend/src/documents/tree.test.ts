import { expect, it } from "vitest";
import * as Y from "yjs";
import { type TreeRow, treeOf, visibleRows } from "./tree";

const files = ["index.html", "game/snake.js", "game/levels/one.json", "a.js"].map((path) => ({
  id: path,
  path,
  text: new Y.Text(),
}));

function shown(rows: readonly TreeRow[]): string[] {
  return rows.map(({ node, level }) => `${level} ${node.kind} ${node.path}`);
}

it("shows folders before files, each by name", () => {
  expect(shown(visibleRows(treeOf(files), new Set()))).toEqual([
    "1 folder game",
    "2 folder game/levels",
    "3 file game/levels/one.json",
    "2 file game/snake.js",
    "1 file a.js",
    "1 file index.html",
  ]);
});

it("shows folders that have nothing in them yet", () => {
  expect(shown(visibleRows(treeOf(files.slice(3), ["img/icons", "a"]), new Set()))).toEqual([
    "1 folder a",
    "1 folder img",
    "2 folder img/icons",
    "1 file a.js",
  ]);
});

it("hides what is in a folder that is shut", () => {
  expect(shown(visibleRows(treeOf(files), new Set(["game"])))).toEqual([
    "1 folder game",
    "1 file a.js",
    "1 file index.html",
  ]);
});
