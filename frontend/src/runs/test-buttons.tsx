import { FlaskConical, TextCursorInput } from "lucide-react";
import { useEffect } from "react";
import type { Store } from "../rooms/state";
import { useStore } from "../ui/use-store";
import { hasTests } from "./choice";

/** Runs the tests with these ids, and those that stand in them; null: all of them. */
export type RunTests = (only: readonly string[] | null) => void;

interface TestButtonsProps {
  readonly paths: readonly string[];
  /** The test at the editor's cursor. */
  readonly here: Store<{ readonly id: string; readonly name: string } | null>;
  /** Null for who may only look. */
  readonly onRun: RunTests | null;
}

/** Run tests, and the one at the cursor. */
export function TestButtons({ paths, here, onRun }: TestButtonsProps) {
  const test = useStore(here, (now) => now);
  const some = hasTests(paths) || test !== null;
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={onRun === null || !some}
        title={some ? "All of the room's tests: pytest, unittest, node:test" : NO_TESTS}
        onClick={() => onRun?.(null)}
      >
        <FlaskConical className="icon" /> Run tests
      </button>
      {test !== null && onRun !== null && (
        <button
          type="button"
          className="button run-here"
          title={`Run ${test.name}, where the cursor is (${KEY})`}
          onClick={() => onRun([test.id])}
        >
          <TextCursorInput className="icon" /> <span>{test.name}</span>
        </button>
      )}
    </>
  );
}

const KEY = /Mac|iPhone|iPad/.test(navigator.platform) ? "⇧⌘Enter" : "Ctrl+Shift+Enter";
const NO_TESTS = "There are no tests: they stand in test_*.py, *_test.py and *.test.js";

/** Runs what somebody wants to run elsewhere on the page. */
export function useWanted(wanted: Store<readonly string[] | null>, onRun: RunTests | null): void {
  useEffect(
    () =>
      wanted.subscribe(() => {
        const ids = wanted.get();
        if (ids !== null) onRun?.(ids);
      }),
    [wanted, onRun],
  );
}
