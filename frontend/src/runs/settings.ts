/** The runs that a room's `sparkroom.toml` names, as the server reads it. Python's twin: `ide/domain/programs.py`. */
import { parse, TomlError } from "smol-toml";
import { BadCommand, checkWords, wordsOf } from "./command-line";

export const SETTINGS = "sparkroom.toml";
/** What a run is called that has no name of its own: `run = "…"`. */
export const MAIN = "main";
const SETTINGS_BYTES = 16_000;
const NAMES = 20;

/** What is wrong with a `sparkroom.toml`, and in which line, 1-based, as far as that can be told. */
export class BadSettings extends Error {
  constructor(
    message: string,
    readonly line: number | null,
  ) {
    super(message);
  }
}

/** The commands by their names, in the file's order. Throws BadSettings. */
export function namedRuns(settings: string): ReadonlyMap<string, readonly string[]> {
  if (new TextEncoder().encode(settings).length > SETTINGS_BYTES) {
    throw new BadSettings(`the file is over ${SETTINGS_BYTES} bytes`, null);
  }
  const parsed = read(settings);
  for (const key of Object.keys(parsed)) {
    if (key !== "run") throw wrong(settings, key, `${shown(key)} means nothing here: run is what it can say`);
  }
  const run = parsed.run ?? {};
  const table = isTable(run) ? Object.entries(run) : null;
  if (table !== null && table.length > NAMES) throw new BadSettings(`it names more than ${NAMES} runs`, null);
  return new Map(
    (table ?? [[MAIN, run]]).map(([name, value]) => [name, commandOf(settings, name, value, table === null)]),
  );
}

function read(settings: string): Record<string, unknown> {
  try {
    return parse(settings, { maxDepth: 50 });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const said = error.message.split("\n", 1)[0]?.replace(/^Invalid TOML document: /, "");
    throw new BadSettings(`this is not TOML: ${said}`, error.line);
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function commandOf(settings: string, name: string, value: unknown, alone: boolean): readonly string[] {
  const key = alone ? "run" : name;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a name stands in one line
  if (!/^[^\0-\x1f\x7f]{1,40}$/u.test(name)) {
    throw wrong(settings, key, "the name of a run is 1 to 40 characters in one line");
  }
  try {
    if (typeof value === "string") return checkWords(wordsOf(value));
    if (isWords(value)) return checkWords(value);
  } catch (error) {
    if (!(error instanceof BadCommand)) throw error;
    throw wrong(settings, key, `${shown(key)}: ${error.message}`);
  }
  throw wrong(settings, key, `${shown(key)} is no command: write it as "python main.py"`);
}

function isWords(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((word) => typeof word === "string");
}

/** With the line in which the key seems to stand: the parser does not say it. */
function wrong(settings: string, key: string, message: string): BadSettings {
  const escaped = key.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  const place = settings.match(new RegExp(`^[ \\t[]*["']?${escaped}["']?[ \\t]*[\\]=.]`, "m"));
  return new BadSettings(message, place === null ? null : settings.slice(0, place.index).split("\n").length);
}

function shown(key: string): string {
  return /^[\p{L}\p{N}_.-]{1,40}$/u.test(key) ? key : JSON.stringify(key.slice(0, 40));
}
