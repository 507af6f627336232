import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { planItems, tick } from "./plan";

const PLAN = "# Plan\n\n- [ ] Draw the board\n  - [x] Pick colours\n1. [ ] Move the snake \n- no item\n";

function textOf(content: string): Y.Text {
  const text = new Y.Doc().getText("plan");
  text.insert(0, content);
  return text;
}

describe("a plan's items", () => {
  it("are told with their marks, lines and depths", () => {
    const items = planItems(PLAN);
    expect(items.map(({ text, done, line, depth }) => [text, done, line, depth])).toEqual([
      ["Draw the board", false, 3, 0],
      ["Pick colours", true, 4, 1],
      ["Move the snake", false, 5, 0],
    ]);
    expect(items.map(({ mark }) => PLAN[mark])).toEqual([" ", "x", " "]);
  });

  it("are none inside a fence", () => {
    expect(planItems("```\n- [ ] an example\n```\n- [ ] real\n").map(({ text }) => text)).toEqual(["real"]);
  });
});

describe("ticking", () => {
  it("changes the mark alone, wherever the item stands by then", () => {
    const text = textOf(PLAN);
    const [draw, pick] = planItems(PLAN);
    text.insert(0, "Somebody wrote this above.\n");
    expect(draw && tick(text, draw)).toBe(true);
    expect(pick && tick(text, pick)).toBe(true);
    expect(text.toString()).toBe(
      `Somebody wrote this above.\n${PLAN.replace("[ ] Draw", "[x] Draw").replace("[x] Pick", "[ ] Pick")}`,
    );
  });

  it("takes the nearest of two that say the same, and does nothing for one that is gone", () => {
    const text = textOf("- [ ] test\n- [ ] test\n");
    const [, second] = planItems(text.toString());
    expect(second && tick(text, second)).toBe(true);
    expect(text.toString()).toBe("- [ ] test\n- [x] test\n");
    expect(tick(text, { text: "other", done: false, mark: 0, line: 1, depth: 0 })).toBe(false);
  });
});
