import { describe, expect, it } from "vitest";
import { run as row, test } from "../rooms/testing/rows";
import type { Outcome, Run } from "../wire/types";
import { placeOf } from "./places";
import { countsOf, durationOf, endingOf, standingOf, tallyOf, titleOf } from "./words";

const run: Run = row({ state: "failed", exit_code: 1, terminal: true, seconds: 1.25 });

describe("runs in words", () => {
  it("call a program that ^C ended interrupted, not failed", () => {
    const stopped: Run = { ...run, exit_code: 130 };
    expect(standingOf(stopped)).toBe("Interrupted · 1.3\u00a0s");
    expect(standingOf({ ...stopped, terminal: false })).toContain("Failed · exit code 130");
  });

  it("say what ran and how it ended", () => {
    expect(titleOf(run)).toBe("python main.py");
    expect(titleOf({ ...run, kind: "tests", command: ["tests"] })).toBe("Tests");
    expect(titleOf({ ...run, kind: "tests", command: ["tests", "a.py::b", "and 2 more"] })).toBe(
      "Tests: a.py::b and 2 more",
    );
    expect(standingOf(run)).toBe("Failed · exit code 1 · 1.3\u00a0s");
    const limited = { ...run, exit_code: null, reason: "ran for more than 30 s", seconds: 30 };
    expect(standingOf(limited)).toBe("Failed · ran for more than 30 s · 30.0\u00a0s");
    expect(standingOf({ ...run, state: "running", exit_code: null, seconds: null })).toBe("Running");
    const waiting: Run = { ...run, state: "queued", exit_code: null, seconds: null };
    expect(standingOf(waiting)).toBe("Waiting");
    expect(standingOf({ ...waiting, ahead: 3 })).toBe("Waiting: 3 before you");
    expect(standingOf({ ...waiting, ahead: 0 })).toBe("Waiting: next in line");
    const refused: Run = {
      ...run,
      state: "refused",
      exit_code: null,
      seconds: null,
      reason: "not available here: no bwrap",
    };
    expect(standingOf(refused)).toBe("Not run · not available here: no bwrap");
    expect(endingOf(refused)).toEqual(["not available here: no bwrap"]);
    const passed: Run = { ...run, state: "passed", exit_code: 0 };
    expect(standingOf(passed)).toBe("Finished · 1.3\u00a0s");
    expect(standingOf({ ...passed, kind: "tests" })).toBe("Passed · 1.3\u00a0s");
  });

  it("say without alarm that there were no tests", () => {
    const none: Run = { ...run, kind: "tests", exit_code: 5, reason: "no tests found", seconds: 0.5 };
    expect(standingOf(none)).toBe("No tests found · 500\u00a0ms");
  });

  it.each([
    [0, "0\u00a0ms"],
    [0.0415, "42\u00a0ms"],
    [0.9996, "1.0\u00a0s"],
    [59.94, "59.9\u00a0s"],
    [59.96, "1\u00a0min 0\u00a0s"],
    [125.4, "2\u00a0min 5\u00a0s"],
  ])("%d s is %s", (seconds, words) => {
    expect(durationOf(seconds)).toBe(words);
  });

  it("count tests, the bad news first", () => {
    const outcomes: Outcome[] = ["waiting", "passed", "failed", "passed", "skipped", "error", "running"];
    const counts = countsOf(outcomes.map((outcome) => test({ outcome })));
    expect(tallyOf(counts, false)).toBe("1 failed, 1 broken, 1 running, 2 passed, 1 skipped, 1 waiting");
    expect(tallyOf(counts, true)).toBe("1 failed, 1 broken, 1 not run, 2 passed, 1 skipped, 1 not run");
    expect(tallyOf(countsOf([]), true)).toBe("");
  });
});

describe("the place of a failed test", () => {
  const paths = ["kata.py", "tests/test_kata.py", "kata.test.mjs"];
  const failed = test({ path: "tests/test_kata.py", outcome: "failed", line: 5 });

  it("is the last one of its message that the room holds", () => {
    const message = [
      "    def test_add():",
      ">       assert add(1, 2) == 4",
      "tests/test_kata.py:6: ",
      "_ _ _ _ _",
      "kata.py:3: ValueError",
      "/usr/lib/python3/site.py:9: in run",
    ].join("\n");
    expect(placeOf({ ...failed, message }, paths)).toEqual({ path: "kata.py", line: 3 });
  });

  it("of a file that cannot be read is where Python says", () => {
    const message = 'E     File "/home/room/kata.py", line 2\nE       def (\nE   SyntaxError: invalid syntax';
    expect(placeOf({ ...failed, message }, paths)).toEqual({ path: "kata.py", line: 2 });
  });

  it("in a script is its own line, which Node names first", () => {
    const message =
      "Error: boom\n    at add (file:///home/u/kata.py:1:1)\n    at file:///home/u/kata.test.mjs:8:33\n    at file:///home/u/kata.test.mjs:2:1";
    expect(placeOf({ ...failed, path: "kata.test.mjs", message }, paths)).toEqual({ path: "kata.test.mjs", line: 8 });
  });

  it("is where it begins when nothing else is known, if the room still has its file", () => {
    expect(placeOf({ ...failed, message: "boom" }, paths)).toEqual({ path: "tests/test_kata.py", line: 5 });
    expect(placeOf({ ...failed, path: "gone.py", message: "gone.py:3: x" }, paths)).toBeNull();
  });
});
