/** The tests of a run, one by one, as they end. */
import { CircleCheck, CircleMinus, CircleX, TriangleAlert, Wrench } from "lucide-react";
import type { ReactNode } from "react";
import { runOver } from "../rooms/reducer";
import type { Outcome, Run, Test } from "../wire/types";
import { namesOf, placeOf } from "./places";
import { durationOf, foundNoTests, OUTCOMES, tallyOf, troublesFirst } from "./words";

interface ResultsProps {
  readonly run: Run;
  readonly paths: readonly string[];
  readonly onOpen: (path: string, line: number) => void;
  /** Has the model mend what failed; null for people who may not ask. */
  readonly onFix: ((test: Test) => void) | null;
}

export function Results({ run, paths, onOpen, onFix }: ResultsProps) {
  const over = runOver(run);
  const tally = tallyOf(run.tests);
  const nothing = foundNoTests(run) ? "No tests found" : "No test results";
  return (
    <section className="results" aria-label="Test results">
      <p className="results-tally" role="status">
        {!over && <span className="spinner" />}
        {tally === "" ? (over ? nothing : "Collecting tests…") : tally}
      </p>
      <ul>
        {troublesFirst(run.tests).map((test) => (
          <Result key={test.id} test={test} paths={paths} onOpen={onOpen} onFix={over ? onFix : null} />
        ))}
      </ul>
    </section>
  );
}

const ICONS: Record<Outcome, ReactNode> = {
  passed: <CircleCheck className="icon" aria-hidden="true" />,
  failed: <CircleX className="icon" aria-hidden="true" />,
  error: <TriangleAlert className="icon" aria-hidden="true" />,
  skipped: <CircleMinus className="icon" aria-hidden="true" />,
};

function Result({ test, paths, onOpen, onFix }: Omit<ResultsProps, "run"> & { test: Test }) {
  const { name, file } = namesOf(test);
  const line = (
    <>
      {ICONS[test.outcome]}
      <span className="result-name" title={name}>
        {name}
      </span>
      {file !== "" && <span className="result-file">{file}</span>}
      <span className="result-outcome">{OUTCOMES[test.outcome]}</span>
      <span className="result-time">{durationOf(test.seconds)}</span>
    </>
  );
  const troubled = test.outcome === "failed" || test.outcome === "error";
  const place = troubled ? placeOf(test, paths) : null;
  if (test.message === "" && place === null) return <li className={`result ${test.outcome}`}>{line}</li>;
  return (
    <li className={`result ${test.outcome}`}>
      <details open={troubled}>
        <summary>{line}</summary>
        {test.message !== "" && <pre>{test.message}</pre>}
        {place !== null && (
          <button type="button" className="result-place" onClick={() => onOpen(place.path, place.line)}>
            Open {place.path}:{place.line}
          </button>
        )}
        {troubled && onFix !== null && (
          <button type="button" className="button run-fix" onClick={() => onFix(test)}>
            <Wrench className="icon" /> Fix
          </button>
        )}
      </details>
    </li>
  );
}
