import { describe, expect, it } from "vitest";
import type { ComparedFile, StepChange } from "../wire/types";
import { changeCount, changeSign, comparisonLine, stepOrigin, stepTitle } from "./words";

const change: StepChange = { path: "a.js", before: "1", after: "2", asset: false };

describe("a step in words", () => {
  it("has its own label, or says what happened", () => {
    expect(stepTitle({ kind: "turn", label: "Make a game", changes: [] })).toBe("Make a game");
    expect(stepTitle({ kind: "restore", label: "Make a game", changes: [] })).toBe("Restored: Make a game");
    expect(stepTitle({ kind: "typing", label: "", changes: [change] })).toBe("Edited a.js");
    expect(stepTitle({ kind: "start", label: "", changes: [] })).toBe("An empty room");
  });

  it("says who and when, with the day if it is another one", () => {
    const at = new Date(2026, 10, 22, 14, 3).getTime();
    expect(stepOrigin({ by: "Blue Fox", at }, new Date(at))).toMatch(/^Blue Fox · \d?\d:03/);
    expect(stepOrigin({ by: "", at }, new Date(2026, 10, 23))).toMatch(/22.*, /);
  });

  it("counts what changed", () => {
    expect(changeCount({ changes: [], more: 0 })).toBe("No file changed");
    expect(changeCount({ changes: [change], more: 0 })).toBe("1 file changed");
    expect(changeCount({ changes: [change], more: 999 })).toBe("1,000 files changed");
    expect(changeSign({ before: null, after: "1" })).toBe("added");
    expect(changeSign({ before: "1", after: null })).toBe("deleted");
  });

  it("says how many files differ from now", () => {
    const file = (difference: ComparedFile["difference"]): ComparedFile => ({
      path: "a",
      difference,
      text: null,
      asset: null,
    });
    const checkpoint = { id: "c", kind: "turn", label: "", by: "", turn: null, at: 1 } as const;
    expect(comparisonLine({ checkpoint, files: [file("same")] })).toBe("The files are the same now");
    expect(comparisonLine({ checkpoint, files: [file("added"), file("same")] })).toBe("1 file differs");
    expect(comparisonLine({ checkpoint, files: [file("added"), file("changed")] })).toBe("2 files differ");
  });
});
