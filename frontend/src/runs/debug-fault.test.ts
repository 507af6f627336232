import { describe, expect, it } from "vitest";
import { run } from "../rooms/testing/rows";
import type { DebugState } from "../wire/types";
import { faultOfStop, wordsOf } from "./debug-fault";

const STOP: DebugState = {
  number: 4,
  status: "stopped",
  stop: 1,
  reason: "breakpoint",
  error: null,
  thread: null,
  frames: [
    { id: 1, name: "sorted", path: null, line: 9, scopes: [] },
    { id: 2, name: "total", path: "main.py", line: 3, scopes: [{ name: "Locals", reference: 7 }] },
    { id: 3, name: "<module>", path: "main.py", line: 12, scopes: [] },
  ],
  variables: [
    { reference: 7, variables: [{ name: "prices", value: "[1, 2]", type: "list", reference: 8 }], more: 0 },
    { reference: 8, variables: [{ name: "0", value: "1", type: "int", reference: 0 }], more: 1 },
  ],
  breakpoints: [],
};

describe("what a model is told of a stop", () => {
  it("is why and where, the calls and the variables that were looked at", () => {
    const fault = faultOfStop(run({ kind: "debug", command: ["python", "main.py"] }), STOP);
    expect(fault.text).toBe(
      [
        "python main.py is stopped under the debugger: breakpoint at main.py:3.",
        "Calls, the innermost first:",
        "  sorted (outside the room's files)",
        "  total (main.py:3)",
        "  <module> (main.py:12)",
        "Locals of total:",
        "  prices: list = [1, 2]",
        "    0: int = 1",
        "    … and more",
      ].join("\n"),
    );
    expect(fault.places).toEqual([
      { path: "main.py", first: 3, last: 3 },
      { path: "main.py", first: 12, last: 12 },
    ]);
  });

  it("is bounded, and does not go round in circles", () => {
    const itself = { name: "me", value: "x".repeat(200), type: "", reference: 7 };
    const variables = [{ reference: 7, variables: [itself, itself, itself, itself], more: 0 }];
    expect(faultOfStop(run(), { ...STOP, variables }).text.length).toBe(8_000);
  });

  it("names the exception and the thread", () => {
    const words = wordsOf({ ...STOP, reason: "exception", error: "ValueError: no", thread: "Worker" });
    expect(words).toBe("ValueError: no at main.py:3 in Worker");
  });
});
