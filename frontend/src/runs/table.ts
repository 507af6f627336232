/** Tables as programs write them: values between commas, semicolons or tabs. Hostile, so bounded. Pure. */

export interface Table {
  readonly rows: readonly (readonly string[])[];
  /** True if there is more than is in it. */
  readonly cut: boolean;
}

const MOST_ROWS = 500;
const MOST_COLUMNS = 50;
const MOST_LETTERS = 300;

/** Reads a table: RFC 4180, with the separator that its first line has most of, tabs before commas. */
export function readTable(text: string): Table {
  const separator = separatorOf(text);
  const rows: string[][] = [];
  let row: string[] = [];
  let cut = false;
  let at = text.startsWith("\ufeff") ? 1 : 0;
  while (at < text.length) {
    if (rows.length === MOST_ROWS) {
      cut = true;
      break;
    }
    const [value, end] = text[at] === '"' ? quoted(text, at) : plain(text, at, separator);
    if (row.length < MOST_COLUMNS) {
      row.push(value.length > MOST_LETTERS ? `${value.slice(0, MOST_LETTERS)}…` : value);
    }
    cut ||= row.length === MOST_COLUMNS && text[end] === separator;
    at = end;
    if (text[at] === separator) {
      at += 1;
      if (at < text.length && text[at] !== "\n" && text[at] !== "\r") continue;
      if (row.length < MOST_COLUMNS) row.push("");
    }
    if (text[at] === "\r") at += 1;
    if (text[at] === "\n") at += 1;
    rows.push(row);
    row = [];
  }
  return { rows, cut };
}

/** A value up to the next separator or the end of the line, and where that is. */
function plain(text: string, from: number, separator: string): [string, number] {
  let at = from;
  while (at < text.length && text[at] !== separator && text[at] !== "\n" && text[at] !== "\r") at += 1;
  return [text.slice(from, at), at];
}

/** A value in quotes, in which two stand for one; what follows the last of them belongs to it as well. */
function quoted(text: string, from: number): [string, number] {
  let value = "";
  let at = from + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end < 0) return [value + text.slice(at), text.length];
    value += text.slice(at, end);
    at = end + 1;
    if (text[at] !== '"') return [value, skipped(text, at)];
    value += '"';
    at += 1;
  }
}

function skipped(text: string, from: number): number {
  let at = from;
  while (at < text.length && !",;\t\n\r".includes(text[at] ?? "")) at += 1;
  return at;
}

function separatorOf(text: string): string {
  const end = text.indexOf("\n");
  const first = end < 0 ? text : text.slice(0, end);
  const counts = ["\t", ";", ","].map((separator) => ({ separator, count: first.split(separator).length }));
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).separator;
}
