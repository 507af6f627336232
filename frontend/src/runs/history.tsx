/** The room's recent runs, the newest first. */
import { Ban, CircleCheck, CircleDashed, CircleHelp, CircleX, Square } from "lucide-react";
import type { ReactNode } from "react";
import type { Run, RunState } from "../wire/types";
import { endingOf, STATES, titleOf } from "./words";

const MOST = 50;

interface HistoryProps {
  readonly runs: readonly Run[];
  readonly shown: string | null;
  readonly onShow: (id: string) => void;
}

export function History({ runs, shown, onShow }: HistoryProps) {
  const newest = runs.slice(-MOST).reverse();
  return (
    <nav className="run-history" aria-label="Recent runs">
      <ul>
        {newest.map((run) => (
          <li key={run.id}>
            <button type="button" aria-current={run.id === shown || undefined} onClick={() => onShow(run.id)}>
              <StateIcon state={run.state} />
              <span className="run-history-title">{titleOf(run)}</span>
              <span className="run-history-facts">
                {[run.member_name, timeOf(run.created_at), ...endingOf(run)].join(" · ")}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const ICONS: Record<RunState, ReactNode> = {
  queued: <CircleDashed className="icon" />,
  running: <span className="spinner" />,
  passed: <CircleCheck className="icon" />,
  failed: <CircleX className="icon" />,
  stopped: <Square className="icon" />,
  lost: <CircleHelp className="icon" />,
  refused: <Ban className="icon" />,
};

/** A run's state, as a picture with a name. */
export function StateIcon({ state }: { state: RunState }) {
  return (
    <span className={`run-state ${state}`} role="img" aria-label={STATES[state]} title={STATES[state]}>
      {ICONS[state]}
    </span>
  );
}

function timeOf(moment: number): string {
  const time = new Date(moment).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return time.replaceAll(" ", "\u00a0");
}
