/** One line of the tree of tests, and what stands in it. */
import { Circle, CircleCheck, CircleMinus, CircleX, Play, TriangleAlert, Wrench } from "lucide-react";
import { memo, type ReactNode } from "react";
import { IconButton } from "../ui/icon-button";
import type { Outcome, Test } from "../wire/types";
import { placeOf } from "./places";
import { type Branch, standing, troubled } from "./test-tree";
import { durationOf, outcomeOf, tallyOf } from "./words";

interface TestBranchProps {
  readonly branch: Branch;
  /** Whether the run has ended. */
  readonly over: boolean;
  /** Whether there are so many tests that only what matters is unfolded. */
  readonly many: boolean;
  readonly paths: readonly string[];
  readonly onOpen: (path: string, line: number) => void;
  readonly onFix: ((test: Test) => void) | null;
  readonly onRun: ((ids: string[]) => void) | null;
}

export const TestBranch = memo(function TestBranch(props: TestBranchProps) {
  const { branch, over, many, onRun } = props;
  const outcome = standing(branch);
  // Nothing runs any more once the run is over.
  const shown = over && outcome === "running" ? "waiting" : outcome;
  const bad = troubled(branch);
  const told = branch.test !== null && over && bad && branch.children.length === 0;
  const inner = branch.children.length > 0 || hasDetails(branch.test);
  const line = (
    <>
      {ICONS[shown]}
      <span className="result-name" title={branch.name}>
        {branch.name}
      </span>
      <span className="result-outcome">
        {branch.test === null ? tallyOf(branch.counts, over) : outcomeOf(outcome, over)}
      </span>
      <span className="result-time">{branch.seconds > 0 ? durationOf(branch.seconds) : ""}</span>
    </>
  );
  return (
    <li className={`result ${shown}`}>
      {inner ? (
        <details open={branch.children.length > 0 ? bad || !many : told}>
          <summary>{line}</summary>
          {branch.test !== null && <Details {...props} test={branch.test} />}
          {branch.children.length > 0 && (
            <ul>
              {branch.children.map((child) => (
                <TestBranch {...props} key={child.id} branch={child} />
              ))}
            </ul>
          )}
        </details>
      ) : (
        <div className="result-line">{line}</div>
      )}
      {onRun !== null && over && (
        <span className="result-run">
          <IconButton label={`Run ${branch.name}`} onClick={() => onRun([branch.id])}>
            <Play className="icon" />
          </IconButton>
        </span>
      )}
    </li>
  );
});

function hasDetails(test: Test | null): test is Test {
  return (
    test !== null &&
    (test.message !== "" || test.output !== "" || test.outcome === "failed" || test.outcome === "error")
  );
}

/** What a test said, and what can be done about it. */
function Details({ test, over, paths, onOpen, onFix }: TestBranchProps & { test: Test }) {
  const failed = test.outcome === "failed" || test.outcome === "error";
  const place = failed ? placeOf(test, paths) : null;
  return (
    <div className="result-details">
      {test.message !== "" && <pre>{test.message}</pre>}
      {test.output !== "" && (
        <>
          <h4>Output</h4>
          <pre>{test.output}</pre>
        </>
      )}
      {over && (place !== null || (failed && onFix !== null)) && (
        <div className="result-actions">
          {place !== null && (
            <button type="button" className="result-place" onClick={() => onOpen(place.path, place.line)}>
              Open {place.path}:{place.line}
            </button>
          )}
          {failed && onFix !== null && (
            <button type="button" className="button result-action" onClick={() => onFix(test)}>
              <Wrench className="icon" /> Fix
            </button>
          )}
        </div>
      )}
    </div>
  );
}

const ICONS: Record<Outcome, ReactNode> = {
  waiting: <Circle className="icon" aria-hidden="true" />,
  running: <span className="spinner" />,
  passed: <CircleCheck className="icon" aria-hidden="true" />,
  failed: <CircleX className="icon" aria-hidden="true" />,
  error: <TriangleAlert className="icon" aria-hidden="true" />,
  skipped: <CircleMinus className="icon" aria-hidden="true" />,
};
