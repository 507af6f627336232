import type { Code, Problem } from "../wire/types";

/** A "no" of the server, or of this browser on its behalf: a code for programs, a message for people. */
export class Refusal extends Error implements Problem {
  readonly code: Code;

  constructor(problem: Problem) {
    super(problem.message);
    this.name = "Refusal";
    this.code = problem.code;
  }
}

/** What to tell people about anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
