/** Runs and tests in words. */
import type { Outcome, Run, RunState, Test } from "../wire/types";

export const STATES: Record<RunState, string> = {
  queued: "Waiting",
  running: "Running",
  passed: "Passed",
  failed: "Failed",
  stopped: "Stopped",
  lost: "Lost",
  refused: "Not run",
};

export const OUTCOMES: Record<Outcome, string> = {
  passed: "passed",
  failed: "failed",
  error: "broken",
  skipped: "skipped",
};

/** pytest's exit code for it. */
const NO_TESTS = 5;

/** What a run runs, as people would say it. */
export function titleOf(run: Run): string {
  return run.kind === "tests" ? "Tests" : run.command.join(" ");
}

/** How a run stands: its state, and why and with which exit code it ended, where that says more. */
export function standingOf(run: Run): string {
  if (foundNoTests(run)) return ["No tests found", ...endingOf(run)].join(" · ");
  const state = run.state === "passed" && run.kind !== "tests" ? "Finished" : STATES[run.state];
  return [state, ...endingOf(run)].join(" · ");
}

/** True for a run of tests in which pytest found none: nothing went wrong, and nothing was tested. */
export function foundNoTests(run: Run): boolean {
  return run.kind === "tests" && run.exit_code === NO_TESTS;
}

/** The reason of a run's end, its exit code if it is a bad one, and how long it took: what there is of these. */
export function endingOf(run: Run): string[] {
  if (foundNoTests(run)) return run.seconds === null ? [] : [durationOf(run.seconds)];
  const code = run.exit_code === null || run.exit_code === 0 ? null : `exit code ${run.exit_code}`;
  const parts = [run.reason, code, run.seconds === null ? null : durationOf(run.seconds)];
  return parts.flatMap((part) => part || []);
}

export function durationOf(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)}\u00a0ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)}\u00a0s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}\u00a0min ${whole % 60}\u00a0s`;
}

/** The tests with those that did not pass first, as they are told in the tally. */
export function troublesFirst(tests: readonly Test[]): Test[] {
  const rank = ({ outcome }: Test) => (outcome === "failed" ? 0 : outcome === "error" ? 1 : 2);
  return [...tests].sort((a, b) => rank(a) - rank(b));
}

/** "7 passed, 1 failed": what there is none of is left out. */
export function tallyOf(tests: readonly Test[]): string {
  const counts = new Map<Outcome, number>();
  for (const { outcome } of tests) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const order: readonly Outcome[] = ["failed", "error", "passed", "skipped"];
  return order
    .flatMap((outcome) => (counts.has(outcome) ? `${counts.get(outcome)} ${OUTCOMES[outcome]}` : []))
    .join(", ");
}
