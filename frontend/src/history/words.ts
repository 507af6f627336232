/** The history in words. Pure. */
import type { Comparison, Difference, Step, StepChange } from "../wire/types";

/** What a step is called: its own label, or what happened. */
export function stepTitle({ kind, label, changes }: Pick<Step, "kind" | "label" | "changes">): string {
  if (label !== "") {
    return kind === "restore" ? `Restored: ${label}` : label;
  }
  switch (kind) {
    case "start":
      return changes.length === 0 ? "An empty room" : "The room as it was made";
    case "typing":
      return changes.length === 1 ? `Edited ${changes[0]?.path}` : "Edited";
    case "hunk":
      return "A change";
    case "turn":
      return "A turn";
    case "checkpoint":
      return "Checkpoint";
    case "restore":
      return "Restored";
  }
}

/** `Blue Fox · 14:03`, as far as it is known. */
export function stepOrigin({ by, at }: Pick<Step, "by" | "at">, now: Date): string {
  return [by, stepTime(at, now)].filter((part) => part !== "").join(" · ");
}

/** The time of the day, with the day if it is another one. */
export function stepTime(at: number, now: Date): string {
  const then = new Date(at);
  const time = then.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  return then.toDateString() === now.toDateString()
    ? time
    : `${then.toLocaleDateString(undefined, { day: "numeric", month: "short" })}, ${time}`;
}

/** `3 files`, `No file changed`. */
export function changeCount({ changes, more }: Pick<Step, "changes" | "more">): string {
  return files(changes.length + more, "changed");
}

/** What a comparison found, in a few words. */
export function comparisonLine({ files: all }: Comparison): string {
  const different = all.filter(({ difference }) => difference !== "same").length;
  return different === 0 ? "The files are the same now" : `${files(different, "")} differ${different === 1 ? "s" : ""}`;
}

export function changeSign({ before, after }: Pick<StepChange, "before" | "after">): Difference {
  return before === null ? "added" : after === null ? "deleted" : "changed";
}

function files(count: number, what: string): string {
  const words = count === 0 ? `No file ${what}` : `${count.toLocaleString("en")} file${count === 1 ? "" : "s"} ${what}`;
  return words.trim();
}
