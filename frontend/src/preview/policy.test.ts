import { describe, expect, it } from "vitest";
import {
  type Facts,
  HUNK_PAUSE,
  hunkClosed,
  nextStep,
  type Pending,
  TYPING_PAUSE,
  turnEnded,
  typed,
  UP_TO_DATE,
} from "./policy";

const at = (now: number, facts: Partial<Facts> = {}): Facts => ({ now, writing: false, saved: true, ...facts });

describe("when the preview follows", () => {
  it("does nothing while nothing changed", () => {
    expect(nextStep(UP_TO_DATE, at(0))).toEqual({ do: "nothing" });
  });

  it("waits for a pause in typing, counted from the last keystroke", () => {
    const pending = typed(typed(UP_TO_DATE, "game.js", 0), "game.js", 300);
    expect(nextStep(pending, at(TYPING_PAUSE))).toEqual({ do: "wait", until: 300 + TYPING_PAUSE });
    expect(nextStep(pending, at(300 + TYPING_PAUSE))).toEqual({ do: "reload", turn: false });
  });

  it("never loads a page that is older than what is typed here", () => {
    const pending = typed(UP_TO_DATE, "game.js", 0);
    expect(nextStep(pending, at(10_000, { saved: false }))).toEqual({ do: "nothing" });
  });

  it("never loads a page in the middle of a hunk, whoever else is done", () => {
    const pending = turnEnded(typed(UP_TO_DATE, "a.js", 0), ["b.js"], 0);
    expect(nextStep(pending, at(10_000, { writing: true }))).toEqual({ do: "nothing" });
  });

  it("makes one reload of a turn of many hunks that follow each other", () => {
    let pending: Pending = UP_TO_DATE;
    let reloads = 0;
    for (let now = 0; now < 2_000; now += 100) {
      // Hunk after hunk, each open for 80 of 100 ms.
      const step = nextStep(pending, at(now, { writing: false }));
      if (step.do === "reload") reloads += 1;
      pending = hunkClosed(pending, `part-${now}.js`, now + 80);
    }
    expect(reloads).toBe(0);
    pending = turnEnded(pending, ["index.html"], 2_000);
    expect(nextStep(pending, at(2_000))).toEqual({ do: "reload", turn: true });
  });

  it("follows a hunk in the middle of a turn that pauses", () => {
    const pending = hunkClosed(UP_TO_DATE, "game.js", 0);
    expect(nextStep(pending, at(HUNK_PAUSE - 1)).do).toBe("wait");
    expect(nextStep(pending, at(HUNK_PAUSE))).toEqual({ do: "reload", turn: false });
  });

  it("does not let a keystroke hold up the end of a turn", () => {
    const pending = typed(turnEnded(UP_TO_DATE, ["game.js"], 0), "game.js", 1);
    expect(nextStep(pending, at(1))).toEqual({ do: "reload", turn: true });
  });

  it("swaps styles in place when nothing else changed", () => {
    const styles = typed(UP_TO_DATE, "css/style.css", 0);
    expect(nextStep(styles, at(TYPING_PAUSE))).toEqual({ do: "swap", turn: false });
    expect(nextStep(typed(styles, "game.js", 0), at(TYPING_PAUSE)).do).toBe("reload");
    expect(nextStep(turnEnded(UP_TO_DATE, ["a.css", "b.CSS"], 0), at(1))).toEqual({ do: "swap", turn: true });
  });

  it("takes no notice of documents that no page loads", () => {
    for (const path of ["main.py", "README.md", "tests/test_a.py", "pyproject.toml", ".gitignore", "a/.env"]) {
      expect(typed(UP_TO_DATE, path, 0)).toBe(UP_TO_DATE);
    }
    expect(turnEnded(UP_TO_DATE, ["main.py"], 0)).toBe(UP_TO_DATE);
    expect(turnEnded(UP_TO_DATE, [], 0)).toBe(UP_TO_DATE);
    for (const path of ["data.json", "words.txt", "logo.svg", "shader.glsl", "x.min.js"]) {
      expect(typed(UP_TO_DATE, path, 0).paths).toEqual(new Set([path]));
    }
  });
});
