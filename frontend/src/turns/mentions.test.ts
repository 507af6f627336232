import { describe, expect, it } from "vitest";
import { completed, mentionAt, mentioned, suggestions } from "./mentions";

const PATHS = ["index.html", "game/snake.js", "game/score.js", "snake.css", "my notes.txt"];

describe("a mention that is being typed", () => {
  it("begins with an @ at the start of a word and ends at the caret", () => {
    expect(mentionAt("@", 1)).toEqual({ from: 0, query: "" });
    expect(mentionAt("see @game/sn", 12)).toEqual({ from: 4, query: "game/sn" });
    expect(mentionAt("see @game/sn now", 8)).toEqual({ from: 4, query: "gam" });
  });

  it("is no address and no word that has ended", () => {
    expect(mentionAt("ada@example.org", 15)).toBeNull();
    expect(mentionAt("see @game now", 13)).toBeNull();
    expect(mentionAt("see", 3)).toBeNull();
  });

  it("becomes a path, and the caret stands behind it", () => {
    const comma = completed("see @sn, please", { from: 4, query: "sn" }, "game/snake.js");
    expect(comma).toEqual({ text: "see @game/snake.js, please", caret: 18 });
    expect(completed("@s and more", { from: 0, query: "s" }, "a.js")).toEqual({ text: "@a.js and more", caret: 6 });
    expect(completed("@s", { from: 0, query: "s" }, "a.js")).toEqual({ text: "@a.js ", caret: 6 });
  });
});

describe("what it may become", () => {
  it("are names that begin so, then paths, then what holds the letters in their order", () => {
    expect(suggestions(PATHS, "sn")).toEqual(["snake.css", "game/snake.js"]);
    expect(suggestions(PATHS, "game")).toEqual(["game/score.js", "game/snake.js"]);
    expect(suggestions(PATHS, "gsj")).toEqual(["game/score.js", "game/snake.js"]);
    expect(suggestions(PATHS, "INDEX")).toEqual(["index.html"]);
    expect(suggestions(PATHS, "zzz")).toEqual([]);
    expect(suggestions(PATHS, "")).toHaveLength(5);
  });
});

describe("the files that a prompt mentions", () => {
  it("stand behind an @ as they are called", () => {
    expect(mentioned("make @snake.css like @game/snake.js.", PATHS)).toEqual(["game/snake.js", "snake.css"]);
    expect(mentioned("read @my notes.txt", PATHS)).toEqual(["my notes.txt"]);
  });

  it("are not those whose name only begins so", () => {
    expect(mentioned("@snake.css.map and @index.html5 and index.html", PATHS)).toEqual([]);
    expect(mentioned("@snake.css", ["snake.css", "snake.cs"])).toEqual(["snake.css"]);
  });
});
