/** A turn's figures in words: pure. */
import { lineDiff } from "../rooms/line-diff";
import { turnOver } from "../rooms/reducer";
import type { Hunk, Member, Sent, Timing, Turn } from "../wire/types";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const PREPARED = "Prepared example, played";

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

/** A turn's figures, as its card gives them. `playsAt` is the rehearsal's speed in tokens a second; null for real models. */
export function figuresLine(turn: Turn, playsAt: number | null): string {
  if (playsAt === null) {
    return timingLine(turn.timing);
  }
  // The rehearsal's speed is a setting and no measurement of a model; its prepared examples say so in their text.
  const setting =
    turn.hunks.length === 0
      ? "Rehearsal"
      : turn.text.includes(PREPARED)
        ? ""
        : `${PREPARED} at ${whole.format(playsAt)} tokens/s (a setting)`;
  return [setting, timingLine({ ...turn.timing, tokens_per_second: null })].filter((part) => part !== "").join(" · ");
}

/** What became of a turn, as its card says it. `me` is who reads it. */
export function stateLine(turn: Turn, me: Member | null): string {
  const kept = keptChanges(turn);
  if (turn.undone) {
    const left = kept === 0 ? [] : [`${kept} ${kept === 1 ? "change" : "changes"} could not be taken back`];
    return [`Undone by ${nameFor(turn.undone_by, me)}`, ...left].join(" · ");
  }
  switch (turn.state) {
    case "asked":
      if (turn.waits_for !== null) return "Waits until the turn before it is over";
      return runningLine(turn, "Waiting for the first token…");
    case "streaming":
      return runningLine(turn, RUNNING[turn.mode]);
    case "stopped":
      return [stoppedLine(turn, me), keptLine(kept)].join(" · ");
    case "failed":
      return ["Failed", keptLine(kept)].join(" · ");
    case "settled":
      if (turn.mode === "ask") return "Answered";
      if (kept === 0) return "Nothing changed";
      return turn.prompts.length > 1 ? `Done · ${keptLine(kept)}` : "Done";
  }
}

const RUNNING: Record<Turn["mode"], string> = { edit: "Writing…", ask: "Answering…", plan: "Planning…" };

function runningLine({ notice }: Turn, otherwise: string): string {
  return notice === null ? otherwise : `${notice.charAt(0).toUpperCase()}${notice.slice(1)}…`;
}

/** `Sent about 12,400 tokens · 3 files`. */
export function sentLine(sent: Sent): string {
  const files = sent.files.length === 0 ? [] : [counted(sent.files.length, "file")];
  return [`Sent about ${whole.format(sent.tokens)} tokens`, ...files].join(" · ");
}

/** What else than whole files was sent, a sentence each. */
export function sentParts(sent: Sent): string[] {
  return [
    sent.outlined > 0 ? `An outline of ${counted(sent.outlined, "more file")}` : "",
    sent.exchanges > 0 ? counted(sent.exchanges, "earlier turn") : "",
    sent.compacted > 0 ? `${counted(sent.compacted, "earlier turn")} in short` : "",
  ].filter((part) => part !== "");
}

/** What was tried again, in few words; empty if nothing was. */
export function repairedLine(turn: Turn): string {
  const count = turn.hunks.filter((hunk) => hunk.superseded).length;
  return count === 0 ? "" : `${counted(count, "change")} put right at the second attempt`;
}

function counted(count: number, noun: string): string {
  return `${whole.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** How many of a turn's hunks are in force and wrote something else than what was there. */
export function keptChanges(turn: Turn): number {
  return turn.hunks.filter((hunk) => inForce(hunk) && hunk.before !== hunk.after).length;
}

export function inForce(hunk: Hunk): boolean {
  return hunk.state === "applied" || hunk.state === "accepted";
}

/** `index.html`, or `index.html:6` where the turn has other hunks in that file. */
export function hunkPlace(hunk: Hunk, hunks: readonly Hunk[]): string {
  const alone = !hunks.some((other) => other.id !== hunk.id && other.path === hunk.path);
  if (alone || hunk.line === null) {
    return hunk.path;
  }
  const first = lineDiff(hunk.before, hunk.after).findIndex((line) => line.kind !== "same");
  return `${hunk.path}:${hunk.line + Math.max(first, 0)}`;
}

/** The new text of a hunk that replaced or added one line; empty for any other. */
export function hunkLine(hunk: Hunk): string {
  const changed = lineDiff(hunk.before, hunk.after).filter((line) => line.kind !== "same");
  const added = changed.filter((line) => line.kind === "added");
  return added.length === 1 && changed.length <= 2 ? (added[0]?.text.trim() ?? "") : "";
}

/** True while nobody has decided about a hunk of a turn that is over. */
export function isOpen(hunk: Hunk, turn: Turn): boolean {
  return hunk.state === "applied" && turnOver(turn);
}

/** What became of a hunk that is not simply in force; empty for one that is. `me` is who reads it. */
export function hunkNote(hunk: Hunk, me: Member | null): string {
  switch (hunk.state) {
    case "accepted":
      return `accepted by ${nameFor(hunk.decided_by, me)}`;
    case "writing":
      return "writing…";
    case "withdrawn":
      return "taken back";
    case "rejected":
      return `rejected by ${nameFor(hunk.decided_by, me)}`;
    case "refused":
      return "not applied";
    default:
      return "";
  }
}

function stoppedLine({ stopped_by, member, member_name }: Turn, me: Member | null): string {
  if (stopped_by === null) return "Stopped";
  // Somebody may have taken another name since.
  const mine = stopped_by === me?.name || (member === me?.id && stopped_by === member_name);
  return `Stopped by ${mine ? "you" : stopped_by}`;
}

function nameFor(name: string | null, me: Member | null): string {
  return name === me?.name ? "you" : (name ?? "somebody");
}

function keptLine(count: number): string {
  return count === 0 ? "nothing changed" : `${count} ${count === 1 ? "change" : "changes"} kept`;
}

function milliseconds(value: number): string {
  return value < 1000 ? `${whole.format(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}
