/** The steps of a room's history as they are shown: in three grains, and with what changed from one to the next. Pure. */
import type { Step, StepChange, StepKind } from "../wire/types";

/** How fine a timeline is: turns and checkpoints alone, with their hunks, or with every burst of typing. */
export type Grain = "turns" | "changes" | "everything";

export interface ShownStep extends Step {
  /** The step shown before it, whose texts its changes start from; null for the first. */
  readonly previous: string | null;
}

const KINDS: Readonly<Record<Grain, ReadonlySet<StepKind>>> = {
  turns: new Set(["start", "turn", "checkpoint", "restore"]),
  changes: new Set(["start", "turn", "checkpoint", "restore", "hunk"]),
  everything: new Set(["start", "turn", "checkpoint", "restore", "hunk", "typing"]),
};

/** The steps of a grain, oldest first. What the steps in between changed counts as a change of the next one shown. */
export function shownSteps(steps: readonly Step[], grain: Grain): ShownStep[] {
  const kinds = KINDS[grain];
  const shown: ShownStep[] = [];
  let pending = new Map<string, StepChange>();
  let more = 0;
  for (const [index, step] of steps.entries()) {
    for (const change of step.changes) {
      const earlier = pending.get(change.path);
      pending.set(change.path, earlier === undefined ? change : { ...change, before: earlier.before });
    }
    more += step.more;
    // The newest state is always shown: it is what the room is now.
    if (kinds.has(step.kind) || index === steps.length - 1) {
      const changes = [...pending.values()].filter((change) => change.before !== change.after);
      changes.sort((a, b) => (a.path < b.path ? -1 : 1));
      shown.push({ ...step, changes, more, previous: shown.at(-1)?.id ?? null });
      pending = new Map();
      more = 0;
    }
  }
  return shown;
}

/** Where a step stands among those shown; if it is not, the next one that is. -1 if there are none. */
export function indexOfStep(shown: readonly ShownStep[], steps: readonly Step[], id: string | null): number {
  const exact = shown.findIndex((step) => step.id === id);
  if (exact >= 0) {
    return exact;
  }
  const at = steps.find((step) => step.id === id)?.at;
  const next = at === undefined ? -1 : shown.findIndex((step) => step.at >= at);
  return next >= 0 ? next : shown.length - 1;
}

/** The step whose files a room had at a moment; null if it may be before these, of which `all` says otherwise. */
export function stepAt(steps: readonly Step[], moment: number, all: boolean): Step | null {
  return steps.findLast(({ at }) => at <= moment) ?? (all ? (steps[0] ?? null) : null);
}

/** The file to show of a step: the one that was looked at, if it changed, or else the first that has a text. */
export function changeToShow(step: ShownStep, path: string | null): StepChange | null {
  return (
    step.changes.find((change) => change.path === path) ??
    step.changes.find((change) => !change.asset && change.after !== null) ??
    step.changes[0] ??
    null
  );
}

/** What is known, with a newer reading of its end: a step may have become a turn's end meanwhile, or be gone. */
export function merged(known: readonly Step[], latest: readonly Step[]): readonly Step[] | null {
  const first = latest[0];
  if (first === undefined) {
    return known.length === 0 ? known : null;
  }
  const at = known.findIndex((step) => step.id === first.id);
  if (at < 0) {
    return known.length === 0 ? latest : null;
  }
  return [...known.slice(0, at), ...latest];
}
