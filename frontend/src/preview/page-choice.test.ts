import { describe, expect, it } from "vitest";
import { hunk as row, turn } from "../rooms/testing/rows";
import type { Hunk, Turn } from "../wire/types";
import { PageChoice } from "./page-choice";

const ROOM = ["index.html"];
const BOTH = ["index.html", "breakout/index.html"];

function hunk(path: string, before = ""): Hunk {
  return row({ id: path, path, before, after: "x" });
}

const snake = turn({ id: "t1", member: "me", hunks: [hunk("index.html")] });
const asked = turn({ id: "t2", member: "me" });
const made = turn({ id: "t2", member: "me", hunks: [hunk("breakout/index.html")] });

type Step = [readonly string[], readonly Turn[]];

describe("the page that is shown", () => {
  it.each([
    ["document first", [BOTH, [snake]], [BOTH, [snake, asked]], [BOTH, [snake, made]]],
    ["turn first", [ROOM, [snake, asked]], [BOTH, [snake, asked]], [BOTH, [snake, made]]],
    ["hunk first", [ROOM, [snake, asked]], [ROOM, [snake, made]], [BOTH, [snake, made]]],
  ] satisfies [string, ...Step[]][])("is one that a turn made beside the room's own: %s", (_, ...steps) => {
    const choice = new PageChoice();
    expect(choice.page([], [], "me")).toBeNull();
    expect(choice.page(ROOM, [snake], "me")).toBe("index.html");
    const seen = steps.map(([pages, turns]) => choice.page(pages, turns, "me"));
    expect(seen.at(-1)).toBe("breakout/index.html");
  });

  it("stays the room's own when a room is entered, whoever made the others", () => {
    expect(new PageChoice().page(BOTH, [snake, made], "me")).toBe("index.html");
  });

  it("is chosen once for a turn, and then by people", () => {
    const choice = new PageChoice();
    choice.page(ROOM, [snake], "me");
    expect(choice.page(BOTH, [snake, made], "me")).toBe("breakout/index.html");
    choice.choose("index.html");
    expect(choice.page(BOTH, [snake, made], "me")).toBe("index.html");
  });

  it("follows another's turn for who chose nothing, and for nobody else", () => {
    const others = turn({ id: "t3", member: "bob", hunks: [hunk("todo/index.html")] });
    const all = [...BOTH, "todo/index.html"];
    const watcher = new PageChoice();
    const player = new PageChoice();
    for (const choice of [watcher, player]) choice.page(ROOM, [snake], choice === player ? "me" : "carol");
    expect(player.page(BOTH, [snake, made], "me")).toBe("breakout/index.html");
    expect(watcher.page(BOTH, [snake, made], "carol")).toBe("breakout/index.html");
    expect(player.page(all, [snake, made, others], "me")).toBe("breakout/index.html");
    expect(watcher.page(all, [snake, made, others], "carol")).toBe("todo/index.html");
  });

  it("is the room's own again when it was removed, and a new one when it is made again", () => {
    const choice = new PageChoice();
    expect(choice.page(BOTH, [snake], "me")).toBe("index.html");
    choice.choose("breakout/index.html");
    expect(choice.page(ROOM, [snake], "me")).toBe("index.html");
    expect(choice.page(BOTH, [snake, made], "me")).toBe("breakout/index.html");
  });

  it("does not change for what a turn only edits", () => {
    const choice = new PageChoice();
    choice.page(ROOM, [snake], "me");
    const edits = turn({ id: "t2", member: "me", hunks: [hunk("breakout/index.html", "old")] });
    expect(choice.page(BOTH, [snake, edits], "me")).toBe("index.html");
  });
});
