import { describe, expect, it } from "vitest";
import { run } from "../rooms/testing/rows";
import { clockOf, measuresOf } from "./words";

const limits = { ...run().limits, output_bytes: 1_000_000 };

describe("what a run used", () => {
  it("is said as far as it is known", () => {
    expect(measuresOf(run())).toEqual([]);
    expect(measuresOf(run({ state: "failed", exit_code: 1, memory_bytes: 0, cpu_seconds: 0 }))).toEqual([]);
    const ended = run({ state: "passed", exit_code: 0, memory_bytes: 34_000_000, cpu_seconds: 1.25, output_bytes: 12 });
    expect(measuresOf({ ...ended, limits })).toEqual([
      "exit code 0",
      "34 MB memory",
      "1.3\u00a0s processor",
      "12 bytes output",
    ]);
  });

  it("says how much of the output was left out", () => {
    const flood = run({ state: "failed", truncated: true, output_bytes: 1_234_000, limits });
    expect(measuresOf(flood)).toEqual(["1.2 MB output, 234 kB of it left out"]);
    // The end alone was read; all of it was kept.
    expect(measuresOf({ ...flood, output_bytes: 50_000 })).toEqual(["50 kB output"]);
  });
});

it("a moment is the time of the day, with the day if it was another one", () => {
  const then = new Date(2026, 10, 22, 14, 3, 22);
  expect(clockOf(then.getTime(), then)).toMatch(/\b(14|02|2).03.22/);

  expect(clockOf(then.getTime(), new Date(2026, 10, 23, 1, 0, 0)).length).toBeGreaterThan(
    clockOf(then.getTime(), then).length,
  );
});
