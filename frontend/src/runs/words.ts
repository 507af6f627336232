/** Runs and tests in words. */
import { runOver } from "../rooms/reducer";
import { sizeInWords } from "../ui/sizes";
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
  running: "running",
  waiting: "waiting",
  passed: "passed",
  failed: "failed",
  error: "broken",
  skipped: "skipped",
};

/** What a shell says of a program that ^C ended. */
const INTERRUPTED = 130;
/** pytest's exit code for it. */
const NO_TESTS = 5;

/** What a run runs, as people would say it. */
export function titleOf(run: Run): string {
  if (run.kind === "page") return `Page check: ${run.command.join(" ")}`;
  // The first word of a run of tests is "tests"; the others say which.
  return run.kind === "tests"
    ? ["Tests", run.command.slice(1).join(" ")].filter(Boolean).join(": ")
    : run.command.join(" ");
}

/** How a run stands: its state, and why and with which exit code it ended, where that says more. */
export function standingOf(run: Run): string {
  if (foundNoTests(run)) return ["No tests found", ...endingOf(run)].join(" · ");
  if (run.state === "queued" && run.ahead !== null) {
    return run.ahead === 0 ? "Waiting: next in line" : `Waiting: ${run.ahead} before you`;
  }
  if (wasInterrupted(run)) return ["Interrupted", ...durationsOf(run)].join(" · ");
  const state = run.state === "passed" && run.kind !== "tests" ? "Finished" : STATES[run.state];
  return [state, ...endingOf(run)].join(" · ");
}

/** True for a run of tests in which pytest found none: nothing went wrong, and nothing was tested. */
export function foundNoTests(run: Run): boolean {
  return run.kind === "tests" && run.exit_code === NO_TESTS;
}

/** True for a program that somebody ended by ^C: it did what it was told. */
export function wasInterrupted(run: Run): boolean {
  return run.state === "failed" && run.terminal && run.reason === null && run.exit_code === INTERRUPTED;
}

function durationsOf(run: Run): string[] {
  return run.seconds === null ? [] : [durationOf(run.seconds)];
}

/** The reason of a run's end, its exit code if it is a bad one, and how long it took: what there is of these. */
export function endingOf(run: Run): string[] {
  if (foundNoTests(run) || wasInterrupted(run)) return durationsOf(run);
  const code = run.exit_code === null || run.exit_code === 0 ? null : `exit code ${run.exit_code}`;
  return [...[run.reason, code].flatMap((part) => part || []), ...durationsOf(run)];
}

/** What a run used and wrote: what is known of these. */
export function measuresOf(run: Run): string[] {
  const { exit_code, memory_bytes, cpu_seconds, output_bytes, limits } = run;
  const left = run.truncated ? output_bytes - limits.output_bytes : 0;
  const output = `${sizeInWords(output_bytes)} output${left > 0 ? `, ${sizeInWords(left)} of it left out` : ""}`;
  return [
    exit_code === 0 ? "exit code 0" : null,
    memory_bytes ? `${sizeInWords(memory_bytes)} memory` : null,
    cpu_seconds ? `${durationOf(cpu_seconds)} processor` : null,
    output_bytes > 0 && runOver(run) ? output : null,
  ].flatMap((part) => part ?? []);
}

/** The time of the day to the second, with the day if that is not today's. */
export function clockOf(moment: number, now = new Date()): string {
  const then = new Date(moment);
  const time = then.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const day = then.toLocaleDateString([], { day: "numeric", month: "short" });
  return (then.toDateString() === now.toDateString() ? time : `${day}, ${time}`).replaceAll(" ", "\u00a0");
}

export function durationOf(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)}\u00a0ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)}\u00a0s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}\u00a0min ${whole % 60}\u00a0s`;
}

/** "7 passed, 1 failed": what there is none of is left out. Of a run that is `over`, what did not end did not run. */
export function tallyOf(counts: ReadonlyMap<Outcome, number>, over: boolean): string {
  const order: readonly Outcome[] = ["failed", "error", "running", "passed", "skipped", "waiting"];
  return order
    .flatMap((outcome) => (counts.has(outcome) ? `${counts.get(outcome)} ${outcomeOf(outcome, over)}` : []))
    .join(", ");
}

export function outcomeOf(outcome: Outcome, over: boolean): string {
  return over && (outcome === "waiting" || outcome === "running") ? "not run" : OUTCOMES[outcome];
}

export function countsOf(tests: readonly Test[]): Map<Outcome, number> {
  const counts = new Map<Outcome, number>();
  for (const { outcome } of tests) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return counts;
}
