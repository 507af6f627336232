// Runs node:test inside the sandbox, and tells of each test when it was found, begins and is over.
//
// Node says of a test what it is called and how deep it stands; it belongs to what began last above it in its file.
// The program beside this one can write anything to the same pipe: nobody believes what it says.
import { readFileSync, writeSync } from "node:fs";
import { relative } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { inspect } from "node:util";

const ID_LENGTH = 300;
const TEXT_LENGTH = 4_000;
const NO_TESTS = 5;
const FILES_AT_ONCE = 2;

const pipe = Number(process.env.SPARKROOM_REPORT);
const { files, only, select } = JSON.parse(readFileSync(`${process.env.SPARKROOM_TOOLS}/sparkroom_plan.json`, "utf8"));
/** The ids that were asked for and of which nothing was told yet. */
let wanted = new Set(only);
let tests = 0;
let failed = false;

function report(path, names, outcome, { line = null, seconds = 0, message = "", output = "" } = {}) {
  tests += 1;
  failed ||= outcome === "failed" || outcome === "error";
  const told = { path, names, outcome, line, seconds, message: ended(message), output: ended(output) };
  let rest = Buffer.from(`${JSON.stringify(told)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(pipe, rest));
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

/** The end of a text, as much as a report may hold. */
function ended(text) {
  return [...text.slice(-2 * TEXT_LENGTH).toWellFormed()].slice(-TEXT_LENGTH).join("");
}

function idOf(path, names) {
  return [path, ...names].join("::");
}

/** The names, the last of them cut so that the id is not too long. */
function bounded(path, names) {
  const last = [...names.at(-1)];
  const over = [...idOf(path, names)].length - ID_LENGTH;
  return over <= 0 ? names : [...names.slice(0, -1), last.slice(0, Math.max(1, last.length - over)).join("")];
}

// --- what is chosen ---

function chosen(path, names) {
  if (only.length > 0) return wanted.has(path) || names.some((_, at) => wanted.has(idOf(path, names.slice(0, at + 1))));
  return select === null || matches(select, idOf(path, names).toLowerCase());
}

function matches(expression, text) {
  if (typeof expression === "string") return text.includes(expression);
  const [operator, ...parts] = expression;
  if (operator === "not") return !matches(parts[0], text);
  return operator === "and" ? parts.every((part) => matches(part, text)) : parts.some((part) => matches(part, text));
}

/** What Node is to run of a file, as expressions over names: at least what is chosen. Null for all of it. */
function patterns(path, withAncestors) {
  if (only.length === 0) return select === null ? null : [new RegExp(ahead(select, path.toLowerCase()), "is")];
  if (wanted.has(path)) return null;
  return [...wanted]
    .filter((id) => id.startsWith(`${path}::`))
    .map((id) => id.slice(path.length + 2).split("::"))
    .flatMap((names) => (withAncestors ? names.map((_, at) => names.slice(0, at + 1)) : [names]))
    // The number of a name that others have too is ours.
    .map((names) => new RegExp(`^${escaped(names.join(" ").replace(/ \(\d+\)$/, ""))}$`, "s"));
}

/** An expression that looks ahead from the beginning of a test's name, which stands behind those around it. */
function ahead(expression, path) {
  if (typeof expression === "string") {
    return path.includes(expression) ? "^" : `^(?=.*${escaped(expression.replaceAll("::", " "))})`;
  }
  const [operator, ...parts] = expression;
  const inner = parts.map((part) => ahead(part, path));
  if (operator === "not") return `^(?!${inner[0]})`;
  return operator === "and" ? inner.join("") : `(?:${inner.join("|")})`;
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

// --- what happens ---

/** The tests of one file, as they come to be known. */
class File {
  #tests = [];
  #above = [];
  #named = new Map();
  #printed = "";

  constructor(path) {
    this.path = path;
  }

  found(data) {
    const parent = this.#above[data.nesting - 1];
    const names = bounded(this.path, [...(parent?.names ?? []), this.#unique(parent?.names ?? [], data.name)]);
    const test = { data, names, suite: data.type === "suite", state: "waiting", printed: "" };
    this.#tests.push(test);
    this.#tell(test, "waiting");
  }

  began(data) {
    const test = this.#find(data, "waiting");
    if (test === undefined) return;
    test.state = "running";
    this.#above[data.nesting] = test;
    this.#tell(test, "running");
  }

  ended(data) {
    const test = this.#find(data, "running") ?? this.#find(data, "waiting");
    if (test === undefined) return;
    test.state = "ended";
    const { details, skip, todo } = data;
    const seconds = details.duration_ms / 1000;
    const reason = [skip, todo].find((said) => typeof said === "string") ?? "";
    if (skip !== undefined || todo !== undefined) this.#tell(test, "skipped", { seconds, message: reason });
    else if (details.error === undefined) this.#tell(test, "passed", { seconds });
    else if (!ofItsParts(details.error)) {
      this.#tell({ ...test, suite: false }, "failed", { seconds, message: said(details.error) });
    } else this.#tell(test, "failed", { seconds, message: "Tests that it is made of failed." });
  }

  /** The file itself failed: it could not be loaded, ended too early, or raised something outside of its tests. */
  broke({ details }) {
    const message = this.#printed.trim() || said(details.error);
    report(this.path, [], "error", { seconds: details.duration_ms / 1000, message });
  }

  /** What is printed is taken for the output of the test that began last. */
  printed(text) {
    const test = this.#tests.findLast(({ state, suite }) => state === "running" && !suite);
    if (test === undefined) this.#printed = (this.#printed + text).slice(-2 * TEXT_LENGTH);
    else test.printed = (test.printed + text).slice(-2 * TEXT_LENGTH);
  }

  #tell(test, outcome, result = {}) {
    if (test.suite || !chosen(this.path, test.names)) return;
    report(this.path, test.names, outcome, { ...result, line: test.data.line, output: test.printed });
    if (outcome !== "waiting" && outcome !== "running") told.add(idOf(this.path, test.names));
  }

  #find({ name, nesting, line }, state) {
    return this.#tests.find(
      ({ data, state: now }) => now === state && data.name === name && data.nesting === nesting && data.line === line,
    );
  }

  /** Tests of one name beside each other are numbered. */
  #unique(parents, name) {
    const key = JSON.stringify([parents, name]);
    const count = (this.#named.get(key) ?? 0) + 1;
    this.#named.set(key, count);
    return count === 1 ? name : `${name} (${count})`;
  }
}

const told = new Set();

function ofItsParts(error) {
  return error.failureType === "subtestsFailed";
}

/** An error without the lines of Node's own files. */
function said(error) {
  const cause = error.cause ?? error;
  const text = cause instanceof Error ? (cause.stack ?? inspect(cause)) : String(cause);
  return text
    .split("\n")
    .filter((line) => !/^\s+at .*(?:node:|async Promise\.all)/.test(line))
    .join("\n")
    .trim();
}

async function runFiles(paths, testNamePatterns) {
  const known = new Map(paths.map((path) => [path, new File(path)]));
  const stream = run({
    files: paths.map((path) => `${process.cwd()}/${path}`),
    concurrency: FILES_AT_ONCE,
    ...(testNamePatterns === null ? {} : { testNamePatterns }),
  });
  stream.on("data", ({ type, data }) => {
    const file = data?.file === undefined ? undefined : known.get(relative(process.cwd(), data.file));
    if (file === undefined) return;
    // Node tells of a file as of a test that is called like it.
    const whole = data.nesting === 0 && [data.file, file.path].includes(data.name);
    if (type === "test:stdout" || type === "test:stderr") file.printed(data.message);
    else if (whole && type === "test:fail" && !ofItsParts(data.details.error)) file.broke(data);
    else if (whole) return;
    else if (type === "test:enqueue") file.found(data);
    else if (type === "test:dequeue") file.began(data);
    else if (type === "test:complete") file.ended(data);
  });
  stream.compose(new spec()).pipe(process.stdout);
  await new Promise((resolve) => stream.once("end", resolve));
}

/** Files with the same patterns run together. */
async function runChosen(withAncestors) {
  const groups = new Map();
  for (const path of files.node) {
    if (only.length > 0 && ![...wanted].some((id) => id === path || id.startsWith(`${path}::`))) continue;
    const named = patterns(path, withAncestors);
    const group = groups.get(String(named)) ?? { named, paths: [] };
    groups.set(String(named), group);
    group.paths.push(path);
  }
  for (const { named, paths } of groups.values()) await runFiles(paths, named);
}

await runChosen(false);
const ran = [...told];
const within = (id) => (one) => one === id || one.startsWith(`${id}::`);
wanted = new Set([...wanted].filter((id) => id.includes("::") && !ran.some(within(id))));
// A test that is part of another test is only there while that runs.
if (wanted.size > 0) await runChosen(true);
process.exitCode = failed ? 1 : tests === 0 ? NO_TESTS : 0;
