/** The room's recent runs, the newest first. */
import { Ban, CircleCheck, CircleDashed, CircleHelp, CircleX, Square } from "lucide-react";
import type { ReactNode } from "react";
import { runOver } from "../rooms/reducer";
import { IconButton } from "../ui/icon-button";
import { sizeInWords } from "../ui/sizes";
import type { Run, RunState } from "../wire/types";
import { endingOf, foundNoTests, STATES, titleOf } from "./words";

interface HistoryProps {
  readonly runs: readonly Run[];
  /** The id of the person here. */
  readonly me: string | undefined;
  readonly shown: string | null;
  readonly onShow: (id: string) => void;
  /** Null for who may only look. */
  readonly onStop: ((id: string) => void) | null;
  /** Fetches earlier runs; null if there are none, or while some are on their way. */
  readonly onEarlier: (() => void) | null;
}

export function History({ runs, me, shown, onShow, onStop, onEarlier }: HistoryProps) {
  return (
    <nav className="run-history" aria-label="Recent runs">
      <ul>
        {runs.toReversed().map((run) => (
          <li key={run.id}>
            <button type="button" aria-current={run.id === shown || undefined} onClick={() => onShow(run.id)}>
              <StateIcon run={run} />
              <span className="run-history-title">{titleOf(run)}</span>
              <span className="run-history-facts">
                {[
                  run.member === me ? "You" : run.member_name,
                  timeOf(run.created_at),
                  ...endingOf(run),
                  ...memoryOf(run),
                ].join(" · ")}
              </span>
            </button>
            {onStop !== null && !runOver(run) && (
              <IconButton label={`Stop ${titleOf(run)}`} onClick={() => onStop(run.id)}>
                <Square className="icon" />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      {onEarlier !== null && (
        <button type="button" className="run-earlier" onClick={onEarlier}>
          Earlier runs
        </button>
      )}
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
export function StateIcon({ run }: { run: Run }) {
  const none = foundNoTests(run);
  const name = none ? "No tests found" : STATES[run.state];
  return (
    <span className={`run-state ${none ? "" : run.state}`} role="img" aria-label={name} title={name}>
      {none ? <CircleHelp className="icon" /> : ICONS[run.state]}
    </span>
  );
}

function memoryOf({ memory_bytes }: Run): string[] {
  return memory_bytes ? [sizeInWords(memory_bytes).replace(" ", "\u00a0")] : [];
}

function timeOf(moment: number): string {
  const time = new Date(moment).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return time.replaceAll(" ", "\u00a0");
}
