import { Bookmark, FileDiff, Flag, Keyboard, RotateCcw, Sparkles } from "lucide-react";
import { useEffect, useRef } from "react";
import type { StepKind } from "../wire/types";
import type { ShownStep } from "./steps";
import { stepOrigin, stepTitle } from "./words";

const ICONS: Readonly<Record<StepKind, typeof Flag>> = {
  start: Flag,
  typing: Keyboard,
  hunk: FileDiff,
  turn: Sparkles,
  checkpoint: Bookmark,
  restore: RotateCcw,
};

/** More would be slow to draw; the slider reaches all of them. */
const MOST = 400;

interface StepListProps {
  readonly shown: readonly ShownStep[];
  readonly current: string | null;
  readonly onSelect: (id: string) => void;
}

export function StepIcon({ kind }: { kind: StepKind }) {
  const Icon = ICONS[kind];
  return <Icon className="icon" data-kind={kind} aria-hidden="true" />;
}

/** The steps around the current one, the newest first. */
export function StepList({ shown, current, onSelect }: StepListProps) {
  const marked = useRef<HTMLButtonElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another one is marked
  useEffect(() => {
    marked.current?.scrollIntoView({ block: "nearest" });
  }, [current]);
  const now = new Date();
  const at = Math.max(
    0,
    shown.findIndex(({ id }) => id === current),
  );
  const first = Math.max(0, Math.min(at - MOST / 2, shown.length - MOST));
  const listed = shown.slice(first, first + MOST).reverse();
  return (
    <ol className="timeline-list" aria-label="Steps, the newest first">
      {listed.map((step) => (
        <li key={step.id}>
          <button
            type="button"
            className="timeline-item"
            data-kind={step.kind}
            aria-current={step.id === current ? "step" : undefined}
            ref={step.id === current ? marked : null}
            onClick={() => onSelect(step.id)}
          >
            <StepIcon kind={step.kind} />
            <span className="timeline-item-title">{stepTitle(step)}</span>
            <span className="timeline-item-origin">{stepOrigin(step, now)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
