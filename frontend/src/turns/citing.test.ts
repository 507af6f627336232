import { expect, it } from "vitest";
import { citations } from "./citing";

const FILES = new Set(["game.js", "src/app.ts", "my notes.txt", "Makefile"]);

function cited(text: string) {
  return citations(text, (path) => FILES.has(path)).map(({ from, to, path, line }) => [
    text.slice(from, to),
    path,
    line,
  ]);
}

it("finds the places of the room's files", () => {
  expect(cited("It starts in game.js:12, see src/app.ts:3-9.")).toEqual([
    ["game.js:12", "game.js", 12],
    ["src/app.ts:3-9", "src/app.ts", 3],
  ]);
  expect(cited("(Makefile:1)")).toEqual([["Makefile:1", "Makefile", 1]]);
  expect(cited("./game.js:4 and @game.js:5")).toEqual([
    ["game.js:4", "game.js", 4],
    ["game.js:5", "game.js", 5],
  ]);
});

it("finds none in other files, times and addresses", () => {
  expect(cited("other.js:4, at 12:30, http://game.js:8000/ and game.js:0")).toEqual([]);
  expect(cited("game.js:12:4")).toEqual([]);
});

it("takes all of a piece of code for a path", () => {
  expect(cited("my notes.txt:7")).toEqual([["my notes.txt:7", "my notes.txt", 7]]);
});
