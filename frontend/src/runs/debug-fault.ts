/** What a model is told of a program that is stopped under the debugger: pure, and bounded. */
import type { DebugState, Fault, Run, Variable } from "../wire/types";
import { titleOf } from "./words";

const MOST_TEXT = 8_000;
const MOST_FRAMES = 20;
const MOST_PLACES = 10;
const MOST_DEPTH = 4;

/** The state of a stop: why, where, the calls and what is known of their variables. */
export function faultOfStop(run: Run, debug: DebugState): Fault {
  const calls = debug.frames.slice(0, MOST_FRAMES).map((frame) => `  ${frame.name} (${placeOf(frame)})`);
  const variables = debug.frames.flatMap((frame) =>
    frame.scopes.flatMap((scope) => {
      const lines = linesOf(debug, scope.reference, 1);
      return lines.length === 0 ? [] : [`${scope.name} of ${frame.name}:`, ...lines];
    }),
  );
  const text = [
    `${titleOf(run)} is stopped under the debugger: ${wordsOf(debug)}.`,
    ...["Calls, the innermost first:", ...calls],
    ...variables,
  ].join("\n");
  const places = debug.frames.flatMap(({ path, line }) => (path === null ? [] : [{ path, first: line, last: line }]));
  return { text: text.slice(0, MOST_TEXT), places: places.slice(0, MOST_PLACES) };
}

/** Why and where it is stopped, in words. */
export function wordsOf({ reason, error, thread, frames }: DebugState): string {
  const frame = frames.find(({ path }) => path !== null) ?? frames[0];
  const why =
    reason === "exception"
      ? (error ?? "an exception")
      : reason === "breakpoint"
        ? "breakpoint"
        : reason === "step"
          ? "after a step"
          : "paused";
  const where = frame === undefined ? [] : [`at ${placeOf(frame)}`];
  return [why, ...where, ...(thread === null ? [] : [`in ${thread}`])].join(" ");
}

function placeOf({ path, line }: { path: string | null; line: number }): string {
  return path === null ? "outside the room's files" : `${path}:${line}`;
}

function linesOf(debug: DebugState, reference: number, depth: number): string[] {
  const group = debug.variables.find((one) => one.reference === reference);
  if (group === undefined) return [];
  const lines = group.variables.flatMap((variable) => [
    `${"  ".repeat(depth)}${lineOf(variable)}`,
    ...(variable.reference === 0 || depth >= MOST_DEPTH ? [] : linesOf(debug, variable.reference, depth + 1)),
  ]);
  return group.more > 0 ? [...lines, `${"  ".repeat(depth)}… and more`] : lines;
}

function lineOf({ name, type, value }: Variable): string {
  return type === "" ? `${name} = ${value}` : `${name}: ${type} = ${value}`;
}
