"""Runs of node:test in a real sandbox, and of several frameworks in one room."""

from __future__ import annotations

from ide.wire.codes import RunState
from tests.workers.testers.suites import Outcome
from workers.sandboxes.bubblewrap import Bubblewrap

SUITE = b"""import assert from "node:assert";
import { describe, it, test } from "node:test";
import { price } from "./shop.mjs";

test("passes", () => assert.equal(price(2), 6));
test("fails", () => {
  console.log("price of two:", price(2));
  assert.equal(price(2), 7, "three each");
});
describe("Prices", () => {
  describe("of many", () => {
    it("grows", async () => {});
    it("shrinks", () => { throw new Error("boom"); });
  });
  it("grows", () => {});
  it("grows", () => {});
  it.skip("waits", () => {});
  it.todo("some day");
});
test("outer", async (t) => {
  await t.test("part", () => {});
  await t.test("other part", () => assert.ok(false));
});
"""
FILES = {"shop.mjs": b"export const price = (n) => 3 * n;\n", "shop.test.mjs": SUITE}
SHOP = "shop.test.mjs"


def test_every_test_is_told_with_its_outcome(backend: Bubblewrap) -> None:
    run = Outcome(backend, FILES)
    assert run.outcomes == {
        f"{SHOP}::passes": "passed",
        f"{SHOP}::fails": "failed",
        f"{SHOP}::outer": "failed",
        f"{SHOP}::Prices::grows": "passed",
        f"{SHOP}::Prices::grows (2)": "passed",
        f"{SHOP}::Prices::waits": "skipped",
        f"{SHOP}::Prices::some day": "skipped",
        f"{SHOP}::Prices::of many::grows": "passed",
        f"{SHOP}::Prices::of many::shrinks": "failed",
        f"{SHOP}::outer::part": "passed",
        f"{SHOP}::outer::other part": "failed",
    }
    failed = run[f"{SHOP}::fails"]
    assert (failed.names, failed.line) == (["fails"], 6)
    assert "three each" in failed.message and f"{SHOP}:8:" in failed.message and "node:internal" not in failed.message
    assert run[f"{SHOP}::outer"].message == "Tests that it is made of failed."
    assert run.states(f"{SHOP}::Prices::of many::shrinks") == ["waiting", "running", "failed"]
    assert run.verdict == (RunState.FAILED, None)
    assert "price of two: 6" in run.text


def test_a_selection_runs_alone(backend: Bubblewrap) -> None:
    trap = {"trap.test.mjs": b'import { test } from "node:test";\ntest("trap", () => {});\n'}
    run = Outcome(backend, FILES | trap, select="prices and not (grows or shrinks)")
    assert set(run.outcomes) == {f"{SHOP}::Prices::waits", f"{SHOP}::Prices::some day"}
    assert run.verdict == (RunState.PASSED, None)
    run = Outcome(backend, FILES | trap, [f"{SHOP}::Prices::of many::grows", f"{SHOP}::outer::part"])
    assert run.outcomes == {f"{SHOP}::Prices::of many::grows": "passed", f"{SHOP}::outer::part": "passed"}
    assert "shrinks" not in run.text, "what stands beside a named test does not run"
    run = Outcome(backend, FILES | trap, [f"{SHOP}::Prices"])
    assert len(run.outcomes) == 6
    assert Outcome(backend, FILES, ["shop.test.mjs::nothing"]).verdict == (RunState.FAILED, "no tests found")


def test_names_are_compared_as_they_are(backend: Bubblewrap) -> None:
    suite = b"""import { test } from "node:test";
test("a.b", () => {});
test("a+b (c) [d] $", () => {});
test("axb", () => {});
"""
    run = Outcome(backend, {"it.test.mjs": suite}, ["it.test.mjs::a.b", "it.test.mjs::a+b (c) [d] $"])
    assert run.outcomes == {"it.test.mjs::a.b": "passed", "it.test.mjs::a+b (c) [d] $": "passed"}


def test_a_file_that_cannot_be_loaded_or_ends_early_is_an_error(backend: Bubblewrap) -> None:
    early = b'import { test } from "node:test";\ntest("first", () => process.exit(3));\n'
    run = Outcome(backend, {"bad.test.mjs": b"throw new Error('at load');\n", "early.test.mjs": early})
    assert run.outcomes["bad.test.mjs"] == run.outcomes["early.test.mjs"] == "error"
    assert "at load" in run["bad.test.mjs"].message
    assert run.verdict == (RunState.FAILED, None)


def test_types_are_stripped(backend: Bubblewrap) -> None:
    suite = b'import { test } from "node:test";\ntest("typed", (): void => { const n: number = 1; n; });\n'
    assert Outcome(backend, {"it.test.ts": suite}).outcomes == {"it.test.ts::typed": "passed"}


def test_ids_and_messages_are_bounded_at_their_source(backend: Bubblewrap) -> None:
    thrown = 'throw new Error("\\ud800🎲".repeat(9000));'
    suite = f'import {{ test }} from "node:test";\ntest("🎲".repeat(900), () => {{ {thrown} }});\n'
    (test,) = Outcome(backend, {"it.test.mjs": suite.encode()}).results.tests.values()
    assert (len(test.id), test.outcome.value) == (300, "failed")


def test_the_frameworks_of_a_room_run_one_after_the_other(backend: Bubblewrap) -> None:
    files = FILES | {
        "test_one.py": b"def test_one(): pass\n",
        "test_two.py": b"import unittest\nclass Two(unittest.TestCase):\n    def test_two(self): pass\n",
    }
    run = Outcome(backend, files)
    assert list(run.outcomes)[:3] == ["test_one.py::test_one", "test_two.py::Two::test_two", f"{SHOP}::passes"]
    assert run.verdict == (RunState.FAILED, None)
    run = Outcome(backend, files, ["test_one.py", f"{SHOP}::passes"])
    assert list(run.outcomes) == ["test_one.py::test_one", f"{SHOP}::passes"]
    assert run.verdict == (RunState.PASSED, None)
