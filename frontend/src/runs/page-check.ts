/** What a look at the page showed: pure. Python's twin of `faultOfPage`'s words: `told` in domain/pages.py. */
import type { FailedLoad, Fault, Lines, PageLevel, PageMessage, PagePlace, PageReport, Run } from "../wire/types";

const MOST_PLACES = 10;
const MOST_TEXT = 8_000;
const RANK: Record<PageLevel, number> = { error: 0, warning: 1, info: 2, log: 2, debug: 2 };

/** Errors first, then warnings, then the rest; each in the order in which the page wrote them. */
export function gravestFirst(messages: readonly PageMessage[]): PageMessage[] {
  return [...messages].sort((a, b) => RANK[a.level] - RANK[b.level]);
}

/** "1 error, 2 failed loads, 3 more lines": what there is none of is left out. */
export function pageTally({ messages, failures }: PageReport): string {
  const count = (rank: number) =>
    messages.reduce((sum, { level, count: times }) => sum + (RANK[level] === rank ? times : 0), 0);
  return [
    counted(count(0), "error", "errors"),
    counted(failures.length, "failed load", "failed loads"),
    counted(count(1), "warning", "warnings"),
    counted(count(2), "line in the console", "lines in the console"),
  ]
    .flatMap((part) => part ?? [])
    .join(", ");
}

/** What a model is told of a page that failed; null if it did not, or nothing is known of it. */
export function faultOfPage(run: Run): Fault | null {
  if (run.kind !== "page" || run.state !== "failed" || run.page === null) return null;
  const { messages, failures } = run.page;
  const errors = messages.filter(({ level }) => level === "error");
  const said = [
    ...errors.map(
      ({ text, place, uncaught }) => `${uncaught ? "uncaught error" : "console error"}${at(place)}: ${text}`,
    ),
    ...failures.map(({ address, reason, place }) => `not loaded: ${address}${at(place)}: ${reason}`),
  ];
  const places = new Map<string, Lines>();
  for (const { place } of [...errors, ...failures] as readonly (PageMessage | FailedLoad)[]) {
    if (place !== null) places.set(placeText(place), { path: place.path, first: place.line, last: place.line });
  }
  return {
    text: `The page ${run.page.path}: ${run.reason ?? ""}\n\n${said.join("\n")}`.trim().slice(0, MOST_TEXT),
    places: [...places.values()].slice(0, MOST_PLACES),
  };
}

export function placeText({ path, line }: PagePlace): string {
  return `${path}:${line}`;
}

function at(place: PagePlace | null): string {
  return place === null ? "" : ` at ${placeText(place)}`;
}

function counted(count: number, one: string, more: string): string | null {
  return count === 0 ? null : `${count} ${count === 1 ? one : more}`;
}
