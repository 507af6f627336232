/** A turn's figures in words: pure. */
import type { Hunk, Timing, Turn } from "../wire/types";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** `first token 42 ms · 1,187 tokens/s · 2.1 s total`, as far as it is known; empty if nothing is. */
export function timingLine(timing: Timing): string {
  return [
    timing.first_token_ms === null ? null : `first token ${milliseconds(timing.first_token_ms)}`,
    timing.tokens_per_second === null ? null : `${whole.format(timing.tokens_per_second)} tokens/s`,
    timing.total_ms === null ? null : `${milliseconds(timing.total_ms)} total`,
  ]
    .filter((part) => part !== null)
    .join(" · ");
}

/** The same for the rehearsal, whose speed (`playsAt`, tokens a second) is a setting and no measurement of a model. */
export function rehearsalLine(timing: Timing, playsAt: number): string {
  return [
    `Prepared example, played at ${whole.format(playsAt)} tokens/s (a setting)`,
    timingLine({ ...timing, tokens_per_second: null }),
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

/** What became of a turn, as its card says it. */
export function stateLine(turn: Turn): string {
  switch (turn.state) {
    case "asked":
      return "Waiting for the first token…";
    case "streaming":
      return "Writing…";
    case "stopped":
      return turn.stopped_by === null ? "Stopped" : `Stopped by ${turn.stopped_by}`;
    case "failed":
      return "Failed";
    case "settled":
      return turn.undone ? "Undone" : "Done";
  }
}

/** What became of a hunk that is not simply in force; empty for one that is. */
export function hunkNote(hunk: Hunk): string {
  switch (hunk.state) {
    case "writing":
      return "writing…";
    case "withdrawn":
      return "taken back";
    case "rejected":
      return "rejected";
    case "refused":
      return "not applied";
    default:
      return "";
  }
}

function milliseconds(value: number): string {
  return value < 1000 ? `${whole.format(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}
