/** What the buttons run, from the room's files and the one that is open. Python's twin: `ide/domain/programs.py`. */
import { LANGUAGES } from "../wire/languages";
import type { AskForRun, Language } from "../wire/types";
import { BadSettings, namedRuns, SETTINGS } from "./settings";

/** Something that can be run: how the server is asked for it, and the command that this will be. */
export interface Program {
  /** As `sparkroom.toml` calls it; null for a file that is run by its language. */
  readonly name: string | null;
  readonly ask: Pick<AskForRun, "file" | "program">;
  readonly command: readonly string[];
}

export interface Choice {
  /** What Run runs; null if there is nothing, or nobody can tell. */
  readonly program: Program | null;
  /** What else can be run. */
  readonly others: readonly Program[];
  /** What is wrong with the room's `sparkroom.toml`. */
  readonly problem: BadSettings | null;
  /** Whether the room has a page, which the preview shows. */
  readonly page: boolean;
}

/** What can be run. `current` is the path of the open file, `settings` the text of the room's `sparkroom.toml`. */
export function choose(paths: readonly string[], current: string | null, settings: string | null): Choice {
  const files = filesToRun(paths, current).map(programOf);
  const page = paths.some(isPage);
  try {
    const named = [...(settings === null ? [] : namedRuns(settings))].map(([name, command]) => {
      return { name, ask: { program: name }, command };
    });
    const [program = null, ...others] = [...named, ...files];
    const known = new Set([program?.command.join("\0")]);
    const fresh = ({ command }: Program) => !known.has(command.join("\0")) && known.add(command.join("\0"));
    return { program, others: others.filter(fresh), problem: null, page };
  } catch (error) {
    if (!(error instanceof BadSettings)) throw error;
    return { program: null, others: files, problem: error, page };
  }
}

/** True if there is something to run, or settings that may say so. */
export function hasPrograms(paths: readonly string[]): boolean {
  return paths.includes(SETTINGS) || filesToRun(paths, null).length > 0;
}

/** True if the names of the files say that they hold tests. */
export function hasTests(paths: readonly string[]): boolean {
  return paths.some(isTest);
}

/** Why Run runs nothing, and what it could run. */
export function whyNothing({ problem, page }: Choice): string {
  if (problem !== null) {
    const line = problem.line === null ? "" : `, line ${problem.line}`;
    return `${SETTINGS}${line}: ${problem.message}. Until that is mended, Run does not know what to run.`;
  }
  const names = LANGUAGES.flatMap(({ name, command }) => (command.length > 0 ? name : []));
  const known = new Intl.ListFormat("en-GB", { type: "disjunction" }).format(names);
  return `${page ? "The preview shows the page. There is no program to run" : "Nothing here to run"}: programs are written in ${known}.`;
}

/** The open file, if it is a program, and the one that is taken for the room's. */
function filesToRun(paths: readonly string[], current: string | null): string[] {
  const programs = paths.filter((path) => isProgram(path, paths));
  const mains = LANGUAGES.flatMap((language) => language.mains);
  const open = programs.find((program) => program === current);
  const main = mains.find((name) => programs.includes(name));
  const found = [...new Set([open, main])].filter((path) => path !== undefined);
  return found.length > 0
    ? found
    : programs
        .filter((program) => !program.includes("/"))
        .sort()
        .slice(0, 1);
}

function programOf(path: string): Program {
  // A path that begins with a dash would be read as an option.
  const file = path.startsWith("-") ? `./${path}` : path;
  return { name: null, ask: { file: path }, command: [...(languageOf(path)?.command ?? []), file] };
}

/** The language of a file, by how its name ends; null for none that is known. */
export function languageOf(path: string): Language | null {
  return longestSuffix(path)?.language ?? null;
}

function longestSuffix(path: string): { language: Language; suffix: string } | null {
  const name = nameOf(path).toLowerCase();
  return LANGUAGES.flatMap((language) => language.suffixes.map((suffix) => ({ language, suffix })))
    .filter(({ suffix }) => name.endsWith(suffix) && name !== suffix)
    .reduce<{ language: Language; suffix: string } | null>(
      (best, found) => (best !== null && best.suffix.length >= found.suffix.length ? best : found),
      null,
    );
}

function isProgram(path: string, paths: readonly string[]): boolean {
  const found = longestSuffix(path);
  if (found === null || found.language.command.length === 0) return false;
  const { language, suffix } = found;
  if (matches(path, language.parts) || matches(path, language.tests)) return false;
  // Where there is a page, a script is the page's.
  return !language.scripts.includes(suffix) || !paths.some(isPage);
}

function isPage(path: string): boolean {
  return languageOf(path)?.command.length === 0;
}

function isTest(path: string): boolean {
  return matches(path, languageOf(path)?.tests ?? []);
}

function matches(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split("*").map((part) => part.replaceAll(".", "\\."));
    return new RegExp(`^${parts.join(".*")}$`).test(nameOf(path));
  });
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
