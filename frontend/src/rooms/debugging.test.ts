import { expect, it } from "vitest";
import { debuggedRun, lineAfter } from "./debugging";
import { NOTHING } from "./reducer";
import { run } from "./testing/rows";

it.each([
  ["a\nb\nc\n", 2, 2],
  ["x\na\nb\nc\n", 2, 3],
  ["a\nc\n", 2, null],
  ["a\nB\nc\n", 2, null],
  ["a\nB\nc\n", 3, 3],
  ["", 1, null],
  ["a\nb\nc\n", 9, 9],
  ["a\nb\nc\nd\n", 9, null],
])("in %j line %i of a, b, c stands at %j", (now, line, at) => {
  expect(lineAfter("a\nb\nc\n", now, line)).toBe(at);
});

it("finds the newest program under the debugger that goes on", () => {
  const debug = (id: string, state: "running" | "passed") => run({ id, kind: "debug", state });
  const runs = [debug("a", "running"), debug("b", "running"), debug("c", "passed"), run({ id: "d", state: "running" })];
  expect(debuggedRun({ ...NOTHING.state, runs })?.id).toBe("b");
  expect(debuggedRun(NOTHING.state)).toBeNull();
});
