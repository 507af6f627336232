import { describe, expect, it } from "vitest";
import { conflict, filesAt, folderOf, freePath, movesProblem, movesTo, within } from "./places";

const files = ["a.js", "game/snake.js", "game/levels/1.json", "gamepad.js"].map((path) => ({
  id: path,
  path,
  asset: "0".repeat(64),
}));
const paths = files.map(({ path }) => path);

describe("a new path", () => {
  it.each(["b.js", "game/b.js", "game/levels/2.json", "gam", "a.jsx", "new/folder/x"])("%s is free", (path) => {
    expect(conflict(paths, path)).toBeNull();
  });

  it.each([
    ["a.js", "There is a file"],
    ["A.js", "differ by more than case"],
    ["a.js/b", "is a file, not a folder"],
    ["game", "There is a folder"],
    ["Game", "There is a folder"],
  ])("%s is not", (path, words) => {
    expect(conflict(paths, path)).toContain(words);
  });

  it("is numbered until it is free", () => {
    expect(freePath(["a.js", "a (2).js"], "a.js")).toBe("a (3).js");
    expect(freePath(paths, "game")).toBe("game (2)");
    expect(freePath(paths, "b.js")).toBe("b.js");
  });
});

describe("a move", () => {
  it("takes a folder with all that is in it, and nothing that is only called alike", () => {
    expect(filesAt(files, "game").map(({ path }) => path)).toEqual(["game/snake.js", "game/levels/1.json"]);
    expect(movesTo(files, "game", "src/play").map(({ path }) => path)).toEqual([
      "src/play/snake.js",
      "src/play/levels/1.json",
    ]);
  });

  it("may change the case of a name, and put a folder deeper", () => {
    expect(movesProblem(files, movesTo(files, "a.js", "A.js"))).toBeNull();
    expect(movesProblem(files, movesTo(files, "game", "game/old"))).toBeNull();
  });

  it("may not end where something else is, or at a path that cannot be", () => {
    expect(movesProblem(files, movesTo(files, "a.js", "gamepad.js"))).toContain("There is a file");
    expect(movesProblem(files, movesTo(files, "game", "a.js"))).toContain("is a file, not a folder");
    expect(movesProblem(files, movesTo(files, "a.js", "../a.js"))).toContain("no ..");
    expect(movesProblem(files, movesTo(files, "game", "x".repeat(250).concat("/").repeat(4)))).not.toBeNull();
  });
});

it("knows folders", () => {
  expect([within("", "a/b"), within("c", "a/b"), folderOf("a/b/c"), folderOf("a")]).toEqual(["b", "c/b", "a/b", ""]);
});
