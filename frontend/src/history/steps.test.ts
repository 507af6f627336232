import { describe, expect, it } from "vitest";
import type { Step, StepChange, StepKind } from "../wire/types";
import { changeToShow, indexOfStep, merged, shownSteps, stepAt } from "./steps";

let count = 0;

function change(path: string, before: string | null, after: string | null, asset = false): StepChange {
  return { path, before, after, asset };
}

function step(kind: StepKind, ...changes: StepChange[]): Step {
  count += 1;
  return { id: `s${count}`, kind, label: "", by: "", turn: null, at: count, changes, more: 0 };
}

describe("the steps of a timeline", () => {
  const start = step("start", change("a", null, "1"));
  const typed = step("typing", change("a", "1", "2"), change("b", null, "x"));
  const hunk = step("hunk", change("a", "2", "3"), change("b", "x", null));
  const turn = step("turn", change("c", null, "y"));
  const steps = [start, typed, hunk, turn];

  it("are all there in the finest grain", () => {
    expect(shownSteps(steps, "everything").map(({ id, previous }) => [id, previous])).toEqual([
      [start.id, null],
      [typed.id, start.id],
      [hunk.id, typed.id],
      [turn.id, hunk.id],
    ]);
  });

  it("take over what the steps left out between them changed, and forget what came and went", () => {
    const shown = shownSteps(steps, "turns");
    expect(shown.map(({ id }) => id)).toEqual([start.id, turn.id]);
    expect(shown[1]?.previous).toBe(start.id);
    expect(shown[1]?.changes).toEqual([change("a", "1", "3"), change("c", null, "y")]);
  });

  it("end with the newest state in any grain", () => {
    const last = step("typing", change("a", "3", "4"));
    expect(shownSteps([...steps, last], "turns").at(-1)?.id).toBe(last.id);
  });

  it("are found again in another grain", () => {
    const shown = shownSteps(steps, "turns");
    expect(indexOfStep(shown, steps, start.id)).toBe(0);
    expect(indexOfStep(shown, steps, typed.id)).toBe(1);
    expect(indexOfStep(shown, steps, "gone")).toBe(1);
    expect(indexOfStep([], [], null)).toBe(-1);
  });

  it("show the file that was looked at while it changes, and else one that has a text", () => {
    const [shown] = shownSteps(
      [step("start", change("a.png", null, "1", true), change("gone", "1", null), change("z", null, "2"))],
      "turns",
    );
    expect(shown && changeToShow(shown, "gone")?.path).toBe("gone");
    expect(shown && changeToShow(shown, "other")?.path).toBe("z");
    const [quiet] = shownSteps([step("turn")], "turns");
    expect(quiet && changeToShow(quiet, "a")).toBeNull();
  });

  it("take a newer reading of their end", () => {
    const relabelled: Step = { ...hunk, kind: "turn" };
    const newest = step("typing", change("a", "3", "5"));
    expect(merged([start, typed, hunk], [hunk, newest])).toEqual([start, typed, hunk, newest]);
    expect(merged([start, typed, hunk], [relabelled])?.at(-1)?.kind).toBe("turn");
    expect(merged([start], [turn])).toBeNull();
    expect(merged([], [turn])).toEqual([turn]);
  });
});

describe("the state of a moment", () => {
  const steps = [10, 20, 30].map((at) => ({ ...step("typing"), at }));

  it("is that of the last step by then", () => {
    expect(stepAt(steps, 20, false)?.at).toBe(20);
    expect(stepAt(steps, 29, false)?.at).toBe(20);
    expect(stepAt(steps, 99, false)?.at).toBe(30);
  });

  it("is looked for among earlier steps while there are some, and else is the first that is left", () => {
    expect(stepAt(steps, 9, false)).toBeNull();
    expect(stepAt(steps, 9, true)?.at).toBe(10);
    expect(stepAt([], 9, true)).toBeNull();
  });
});
