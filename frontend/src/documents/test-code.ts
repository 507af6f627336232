/** Where the tests stand in a text: by lines and indentation, since nobody has run it yet. Pure. */

export interface CodeTest {
  /** The id that a run of it names, as `ide/domain/selection.py` has it. */
  readonly id: string;
  readonly name: string;
  /** 1-based, the last one included. */
  readonly first: number;
  readonly last: number;
  /** Whether it holds tests instead of being one. */
  readonly group: boolean;
}

/** Longer texts hold no tests that anybody runs by hand. */
const MOST_TEXT = 200_000;

const PYTHON_FILE = /(?:^|\/)(?:test[^/]*|[^/]*_test)\.py$/;
const SCRIPT_FILE = /(?:^|\/)(?:[^/]+[.\-_]test|test-[^/]+|test)\.[cm]?[jt]s$|(?:^|\/)test\/.*\.[cm]?[jt]s$/;
const PYTHON_TEST = /^([ \t]*)(?:async[ \t]+)?def[ \t]+(test\w*)[ \t]*\(/;
const PYTHON_CLASS = /^([ \t]*)class[ \t]+(\w+)/;
const SCRIPT_TEST =
  /^([ \t]*)(?:await[ \t]+|return[ \t]+)*(?:\w+\.)?(describe|suite|test|it)(?:\.(?:only|skip|todo))?\([ \t]*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`$\\]*)`)/;

interface Open {
  readonly indent: number;
  readonly names: readonly string[];
  readonly first: number;
  readonly group: boolean;
  /** Whether anything stands in it. */
  holds: boolean;
}

/** Whether a file may hold tests, by its name. */
export function mayHoldTests(path: string): boolean {
  return PYTHON_FILE.test(path) || SCRIPT_FILE.test(path);
}

/** The tests in the file at `path`, in the order in which they begin. */
export function testsIn(path: string, text: string): CodeTest[] {
  if (!mayHoldTests(path) || text.length > MOST_TEXT) return [];
  const read = PYTHON_FILE.test(path) ? python : script;
  const lines = text.split("\n");
  const found: CodeTest[] = [];
  const open: Open[] = [];
  let end = 0;
  const close = (indent: number) => {
    for (let top = open.at(-1); top !== undefined && top.indent >= indent; top = open.at(-1)) {
      open.pop();
      if (top.group && !top.holds) continue;
      const id = [path, ...top.names].join("::");
      found.push({ id, name: top.names.at(-1) ?? "", first: top.first, last: end, group: top.group });
    }
  };
  lines.forEach((line, index) => {
    if (line.trim() === "") return;
    const indent = /^[ \t]*/.exec(line)?.[0].length ?? 0;
    // What closes a call stands where it began, and still belongs to it.
    close(/^\s*[)}\]]/.test(line) ? indent + 1 : indent);
    const begins = read(line);
    if (begins !== null) {
      const parent = open.at(-1);
      if (parent !== undefined) parent.holds = true;
      const names = [...(parent?.names ?? []), begins.name];
      open.push({ indent, names, first: index + 1, group: begins.group, holds: false });
    }
    end = index + 1;
  });
  close(0);
  return found.sort((a, b) => a.first - b.first);
}

/** The innermost test at a line; null if there is none. */
export function testAt(tests: readonly CodeTest[], line: number): CodeTest | null {
  return tests.findLast(({ first, last }) => first <= line && line <= last) ?? null;
}

function python(line: string): { name: string; group: boolean } | null {
  const test = PYTHON_TEST.exec(line);
  if (test !== null) return { name: test[2] ?? "", group: false };
  const group = PYTHON_CLASS.exec(line);
  return group === null ? null : { name: group[2] ?? "", group: true };
}

function script(line: string): { name: string; group: boolean } | null {
  const [whole, , kind, ...quoted] = SCRIPT_TEST.exec(line) ?? [];
  const name = quoted.find((one) => one !== undefined);
  if (whole === undefined || name === undefined) return null;
  return { name: name.replace(/\\(.)/g, "$1"), group: kind === "describe" || kind === "suite" };
}
