/** The tests of a run as a tree: files, what stands in them, tests. Pure. */
import type { Outcome, Test } from "../wire/types";

/** A file, a class, a `describe`, or a test; a test may have others in it. */
export interface Branch {
  /** The id that names all of it. */
  readonly id: string;
  readonly name: string;
  /** Null for what is no test itself. */
  readonly test: Test | null;
  readonly children: readonly Branch[];
  /** How many tests of each outcome are in it, with itself. */
  readonly counts: ReadonlyMap<Outcome, number>;
  /** The seconds of its tests together. */
  readonly seconds: number;
}

interface Growing {
  readonly id: string;
  readonly name: string;
  test: Test | null;
  readonly children: Map<string, Growing>;
}

const TROUBLES: readonly Outcome[] = ["failed", "error"];

/** Those with trouble in them come first, once the run is `over`: while it goes on, nothing moves. */
export function treeOf(tests: readonly Test[], over: boolean): Branch[] {
  const root: Growing = { id: "", name: "", test: null, children: new Map() };
  for (const test of tests) {
    let at = root;
    for (const name of [test.path, ...test.names]) {
      const id = at === root ? name : `${at.id}::${name}`;
      const next = at.children.get(name) ?? { id, name, test: null, children: new Map() };
      at.children.set(name, next);
      at = next;
    }
    at.test = test;
  }
  return grown(root, over).children.slice();
}

function grown({ id, name, test, children: growing }: Growing, over: boolean): Branch {
  const children = [...growing.values()].map((child) => grown(child, over));
  const counts = new Map<Outcome, number>(test === null ? [] : [[test.outcome, 1]]);
  for (const child of children) {
    for (const [outcome, count] of child.counts) counts.set(outcome, (counts.get(outcome) ?? 0) + count);
  }
  // A test's time is that of its parts too.
  const seconds = test?.seconds ?? children.reduce((sum, child) => sum + child.seconds, 0);
  if (over) children.sort((a, b) => Number(troubled(b)) - Number(troubled(a)));
  return { id, name, test, children, counts, seconds };
}

/** Whether something in it failed. */
export function troubled({ counts }: Branch): boolean {
  return TROUBLES.some((outcome) => counts.has(outcome));
}

/** How it stands as a whole: the worst of its tests, or what the first of them that has not ended does. */
export function standing({ counts, test }: Branch): Outcome {
  if (test !== null && counts.size === 1) return test.outcome;
  const order: readonly Outcome[] = ["running", "failed", "error", "waiting", "passed", "skipped"];
  return order.find((outcome) => counts.has(outcome)) ?? "waiting";
}

/** The most ids that a run may name. */
const MOST_IDS = 500;

/** What names all tests that failed: their ids, or their files if there are too many. Null if none did. */
export function failedIds(tests: readonly Test[]): string[] | null {
  const failed = tests.filter(({ outcome }) => TROUBLES.includes(outcome));
  const named = [...new Set(failed.map(({ id }) => id))];
  const ids = named.length <= MOST_IDS ? named : [...new Set(failed.map(({ path }) => path))].slice(0, MOST_IDS);
  return ids.length === 0 ? null : ids;
}
