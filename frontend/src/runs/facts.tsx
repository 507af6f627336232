/** What is known of a run beside how it ended: what it used, and of which text it is. */
import { History } from "lucide-react";
import type { Run } from "../wire/types";
import { clockOf, measuresOf } from "./words";

interface FactsProps {
  readonly run: Run;
  /** When the room's files last changed, if that is known. */
  readonly changedAt: number | null;
  /** Shows the room as it was at a moment. */
  readonly onMoment: (at: number) => void;
}

export function Facts({ run, changedAt, onMoment }: FactsProps) {
  const changed = changedAt !== null && changedAt > run.created_at;
  const measures = measuresOf(run);
  return (
    <p className="run-facts">
      {measures.length > 0 && <span>{measures.join(" · ")}</span>}
      <button
        type="button"
        className="run-moment"
        title={changed ? "The files have changed since. Show them as they were then." : "Show the files of that moment"}
        onClick={() => onMoment(run.created_at)}
      >
        <History className="icon" aria-hidden="true" />
        <span>
          Text of {clockOf(run.created_at)}
          {changed && (
            <>
              {" · "}
              <strong>changed since</strong>
            </>
          )}
        </span>
      </button>
    </p>
  );
}
