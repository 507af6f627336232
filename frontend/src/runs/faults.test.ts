import { describe, expect, it } from "vitest";
import { run, test } from "../rooms/testing/rows";
import { faultOfRun, faultOfTest } from "./faults";

const PATHS = ["main.py", "lib/board.py", "tests/test_board.py", "server.mjs"];
const PYTHON = `Hello
Traceback (most recent call last):
  File "/room/main.py", line 7, in <module>
    start()
  File "/room/lib/board.py", line 3, in start
    return size / 0
ZeroDivisionError: division by zero
`;
const NODE = `file:///room/server.mjs:2
  boom()
  ^

ReferenceError: boom is not defined
    at start (file:///room/server.mjs:2:3)
    at file:///room/server.mjs:5:1
    at ModuleJob.run (node:internal/modules/esm/module_job:271:25)
`;

describe("a program that failed", () => {
  it("is told from its traceback on, with the lines of the room's files in it", () => {
    const fault = faultOfRun(run({ state: "failed", exit_code: 1, output: PYTHON }), PATHS);
    expect(fault?.text).toBe(`python main.py · exit code 1\n\n${PYTHON.slice(6).trim()}`);
    expect(fault?.places).toEqual([
      { path: "main.py", first: 7, last: 7 },
      { path: "lib/board.py", first: 3, last: 3 },
    ]);
  });

  it("is told in Node's words too", () => {
    const fault = faultOfRun(run({ state: "failed", exit_code: 1, output: NODE }), PATHS);
    expect(fault?.places.map(({ path, first }) => `${path}:${first}`)).toEqual(["server.mjs:2", "server.mjs:5"]);
    expect(fault?.text).toContain("ReferenceError: boom is not defined");
  });

  it("is told without colours, and only by its end", () => {
    const long = `${"x\n".repeat(20_000)}\x1b[31mError: \x1b[0mlast`;
    const fault = faultOfRun(run({ state: "failed", exit_code: 1, output: long }), PATHS);
    expect(fault?.text.endsWith("Error: last")).toBe(true);
    expect(fault?.text.length).toBeLessThan(9_000);
  });

  it("is nothing to mend if it did not fail, or said nothing", () => {
    expect(faultOfRun(run({ state: "passed", output: PYTHON }), PATHS)).toBeNull();
    expect(faultOfRun(run({ state: "running", output: PYTHON }), PATHS)).toBeNull();
    expect(faultOfRun(run({ state: "failed", output: "" }), PATHS)).toBeNull();
    expect(faultOfRun(run({ state: "failed", output: PYTHON, kind: "tests" }), PATHS)).toBeNull();
  });
});

describe("a test that failed", () => {
  const failed = test({
    id: "tests/test_board.py::test_size",
    path: "tests/test_board.py",
    names: ["test_size"],
    outcome: "failed",
    line: 3,
  });

  it("is told with its message, what it printed, and the places in it", () => {
    const message =
      "    def test_size():\n>       assert size() == 3\nE       assert 2 == 3\n\ntests/test_board.py:4: AssertionError";
    const fault = faultOfTest({ ...failed, message, output: "two\n" }, PATHS);
    expect(fault.text).toBe(`${failed.id} failed\n\n${message}\n\nIt printed:\ntwo`);
    expect(fault.places).toEqual([{ path: "tests/test_board.py", first: 4, last: 4 }]);
  });

  it("names the line where it begins if its message names none", () => {
    const fault = faultOfTest({ ...failed, outcome: "error" }, PATHS);
    expect(fault).toEqual({
      text: `${failed.id} failed`,
      places: [{ path: "tests/test_board.py", first: 3, last: 3 }],
    });
  });
});
