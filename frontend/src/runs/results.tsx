/** The tests of a run as a tree that fills in while they run. */
import { CircleX } from "lucide-react";
import { useMemo } from "react";
import { runOver } from "../rooms/reducer";
import type { Run, Test } from "../wire/types";
import { TestBranch } from "./test-branch";
import { failedIds, treeOf } from "./test-tree";
import { countsOf, foundNoTests, tallyOf } from "./words";
import "./results.css";

interface ResultsProps {
  readonly run: Run;
  readonly paths: readonly string[];
  readonly onOpen: (path: string, line: number) => void;
  /** Has the model mend what failed; null for people who may not ask. */
  readonly onFix: ((test: Test) => void) | null;
  /** Runs the tests with these ids, and those that stand in them; null for people who may not. */
  readonly onRun: ((ids: string[]) => void) | null;
}

/** Of so many tests, what went well is folded away. */
const MANY = 60;

export function Results({ run, paths, onOpen, onFix, onRun }: ResultsProps) {
  const over = runOver(run);
  const tree = useMemo(() => treeOf(run.tests, over), [run.tests, over]);
  const tally = useMemo(() => tallyOf(countsOf(run.tests), over), [run.tests, over]);
  const failed = useMemo(() => (over ? failedIds(run.tests) : null), [run.tests, over]);
  const nothing = run.cut ? "Fetching the results…" : foundNoTests(run) ? "No tests found" : "No test results";
  return (
    <section className="results" aria-label="Test results">
      <div className="results-head">
        <p className="results-tally" role="status">
          {!over && <span className="spinner" />}
          {tally === "" ? (over ? nothing : "Collecting tests…") : tally}
        </p>
        {failed !== null && onRun !== null && (
          <button type="button" className="button result-action" onClick={() => onRun(failed)}>
            <CircleX className="icon" /> Run failed
          </button>
        )}
      </div>
      <ul>
        {tree.map((branch) => (
          <TestBranch
            key={branch.id}
            branch={branch}
            over={over}
            many={run.tests.length > MANY}
            paths={paths}
            onOpen={onOpen}
            onFix={over ? onFix : null}
            onRun={onRun}
          />
        ))}
      </ul>
    </section>
  );
}
