import { describe, expect, it } from "vitest";
import { test } from "../rooms/testing/rows";
import type { Outcome, Test } from "../wire/types";
import { type Branch, failedIds, standing, treeOf } from "./test-tree";

function told(path: string, names: string[], outcome: Outcome, seconds = 1): Test {
  return test({ id: [path, ...names].join("::"), path, names, outcome, seconds });
}

const TESTS = [
  told("a.py", ["test_one"], "passed"),
  told("a.py", ["TestBoard", "test_grows[1::2]"], "passed"),
  told("b.test.mjs", ["outer"], "failed", 3),
  told("b.test.mjs", ["outer", "inner"], "failed"),
  told("c.py", [], "error"),
];

function drawn(branches: readonly Branch[], depth = 0): string[] {
  return branches.flatMap((branch) => [
    `${" ".repeat(depth)}${branch.name} ${standing(branch)} ${branch.seconds}`,
    ...drawn(branch.children, depth + 1),
  ]);
}

describe("the tree of tests", () => {
  it("has files, what stands in them, and tests; a test may have others in it", () => {
    expect(drawn(treeOf(TESTS, false))).toEqual([
      "a.py passed 2",
      " test_one passed 1",
      " TestBoard passed 1",
      "  test_grows[1::2] passed 1",
      "b.test.mjs failed 3",
      " outer failed 3",
      "  inner failed 1",
      "c.py error 1",
    ]);
  });

  it("brings what failed to the top once nothing moves any more", () => {
    expect(treeOf(TESTS, true).map(({ name }) => name)).toEqual(["b.test.mjs", "c.py", "a.py"]);
  });

  it.each([
    [["passed", "running", "waiting"], "running"],
    [["passed", "waiting"], "waiting"],
    [["passed", "failed", "waiting"], "failed"],
    [["passed", "skipped"], "passed"],
    [["skipped"], "skipped"],
  ] satisfies [Outcome[], Outcome][])("with %j stands at %s", (outcomes, whole) => {
    const [file] = treeOf(
      outcomes.map((outcome, at) => told("a.py", [`test_${at}`], outcome)),
      false,
    );
    expect(file && standing(file)).toBe(whole);
  });

  it("names what failed by ids, or by files if there are too many", () => {
    expect(failedIds(TESTS)).toEqual(["b.test.mjs::outer", "b.test.mjs::outer::inner", "c.py"]);
    expect(failedIds(TESTS.slice(0, 2))).toBeNull();
    const many = Array.from({ length: 501 }, (_, at) => told("a.py", [`test_${at}`], "failed"));
    expect(failedIds(many)).toEqual(["a.py"]);
  });
});
