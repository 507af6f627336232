/** Reports what goes wrong in the page, and what it writes to its console. */
import { type FromPage, LEVELS, type Level, TEXT_LENGTH } from "../messages";
import { describe, formatArguments, stackOf } from "./format";

type Hooked = Level | "table" | "dir" | "group" | "trace" | "assert";
type Report = Extract<FromPage, { type: "console" | "error" }>;

/** Most reports in one window of time; the rest is only counted. */
const MOST = 50;
const WINDOW_MS = 250;

const page = window.console;

/** Hooks console, errors and rejections, and passes what they say to `send`, at a bounded rate. */
export function installReports(send: (message: FromPage) => void): void {
  let sent = 0;
  let leftOut = 0;
  // The message is a function, since to write one that is left out would be wasted.
  const report = (message: () => Report) => {
    if (sent === 0) setTimeout(nextWindow, WINDOW_MS);
    sent += 1;
    if (sent <= MOST) send(message());
    else leftOut += 1;
  };
  const nextWindow = () => {
    if (leftOut > 0) send({ type: "left_out", count: leftOut });
    sent = leftOut = 0;
  };
  hookConsole(report);
  hookErrors(report);
}

function hookConsole(report: (message: () => Report) => void): void {
  const write = (level: Level, values: unknown[], stack = "") =>
    report(() => ({ type: "console", level, text: formatArguments(values, TEXT_LENGTH), stack }));
  const hook = (name: Hooked, heard: (values: unknown[]) => void) => {
    const native = page[name] as (...values: unknown[]) => void;
    page[name] = (...values: unknown[]) => {
      native.apply(page, values);
      heard(values);
    };
  };
  for (const level of LEVELS) {
    const troubled = level === "warn" || level === "error";
    hook(level, (values) => write(level, values, troubled ? callers() : ""));
  }
  for (const name of ["table", "dir", "group"] as const) hook(name, (values) => write("log", values));
  hook("trace", (values) => write("log", values, callers()));
  hook("assert", ([holds, ...values]) => {
    if (!holds) write("error", ["Assertion failed:", ...values], callers());
  });
}

function hookErrors(report: (message: () => Report) => void): void {
  const error = (text: string, stack = "", url = "", line = 0, column = 0) =>
    report(() => ({ type: "error", text, stack, source: { url, line, column } }));
  // Capturing, since errors of images, styles and scripts that do not load never bubble.
  addEventListener(
    "error",
    (event: Event) => {
      const { target } = event;
      if (event instanceof ErrorEvent) {
        error(event.message, stackOf(event.error), event.filename, event.lineno, event.colno);
      } else if (target instanceof Element) {
        error(`<${target.localName}> could not load ${target.getAttribute("src") ?? target.getAttribute("href")}`);
      }
    },
    true,
  );
  addEventListener("unhandledrejection", (event) => {
    const stack = stackOf(event.reason);
    error(`Uncaught (in promise) ${stack.split("\n")[0] || describe(event.reason, TEXT_LENGTH)}`, stack);
  });
  document.addEventListener("securitypolicyviolation", (event) => {
    const { blockedURI, effectiveDirective, sourceFile, lineNumber, columnNumber } = event;
    const text = `Blocked: ${blockedURI} (${effectiveDirective}). A preview loads nothing from other sites.`;
    error(text, "", sourceFile, lineNumber, columnNumber);
  });
}

/** Where the console was called from. The lines of this script in it are left out by the IDE. */
function callers(): string {
  return `${new Error().stack}`;
}
