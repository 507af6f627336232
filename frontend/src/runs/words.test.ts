import { describe, expect, it } from "vitest";
import { run as row } from "../rooms/testing/rows";
import type { Outcome, Run, Test } from "../wire/types";
import { namesOf, placeOf } from "./places";
import { durationOf, endingOf, standingOf, tallyOf, titleOf, troublesFirst } from "./words";

const test = (outcome: Outcome, id = "test_a.py::test_b", message = ""): Test => ({
  id,
  outcome,
  seconds: 0.1,
  message,
});

const run: Run = row({ state: "failed", exit_code: 1, terminal: true, seconds: 1.25 });

describe("runs in words", () => {
  it("say what ran and how it ended", () => {
    expect(titleOf(run)).toBe("python main.py");
    expect(titleOf({ ...run, kind: "tests" })).toBe("Tests");
    expect(standingOf(run)).toBe("Failed · exit code 1 · 1.3\u00a0s");
    const limited = { ...run, exit_code: null, reason: "ran for more than 30 s", seconds: 30 };
    expect(standingOf(limited)).toBe("Failed · ran for more than 30 s · 30.0\u00a0s");
    expect(standingOf({ ...run, state: "running", exit_code: null, seconds: null })).toBe("Running");
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

  it("show what did not pass first, and else keep the order", () => {
    const tests = (["passed", "error", "skipped", "failed", "passed", "failed"] as const).map((outcome, at) =>
      test(outcome, `test_a.py::test_${at}`),
    );
    expect(troublesFirst(tests).map(({ id }) => id.at(-1))).toEqual(["3", "5", "1", "0", "2", "4"]);
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
    expect(tallyOf([test("passed"), test("failed"), test("passed"), test("skipped"), test("error")])).toBe(
      "1 failed, 1 broken, 2 passed, 1 skipped",
    );
    expect(tallyOf([])).toBe("");
  });
});

describe("the place of a failed test", () => {
  const paths = ["kata.py", "tests/test_kata.py"];

  it("is the last one of its message that the room holds", () => {
    const message = [
      "    def test_add():",
      ">       assert add(1, 2) == 4",
      "tests/test_kata.py:6: ",
      "_ _ _ _ _",
      "kata.py:3: ValueError",
      "/usr/lib/python3/site.py:9: in run",
    ].join("\n");
    expect(placeOf(test("failed", "tests/test_kata.py::test_add", message), paths)).toEqual({
      path: "kata.py",
      line: 3,
    });
  });

  it("of a file that cannot be read is where Python says", () => {
    const message = 'E     File "/home/room/kata.py", line 2\nE       def (\nE   SyntaxError: invalid syntax';
    expect(placeOf(test("error", "tests/test_kata.py", message), paths)).toEqual({ path: "kata.py", line: 2 });
  });

  it("is its file when nothing else is known, if the room still has it", () => {
    expect(placeOf(test("failed", "tests/test_kata.py::test_add", "boom"), paths)).toEqual({
      path: "tests/test_kata.py",
      line: 1,
    });
    expect(placeOf(test("failed", "gone.py::test_add", "gone.py:3: x"), paths)).toBeNull();
  });

  it("comes with a name", () => {
    expect(namesOf(test("passed", "tests/test_kata.py::TestAdd::test_small[1-2]"))).toEqual({
      name: "TestAdd › test_small[1-2]",
      file: "tests/test_kata.py",
    });
    expect(namesOf(test("error", "tests/test_kata.py"))).toEqual({ name: "tests/test_kata.py", file: "" });
  });
});
