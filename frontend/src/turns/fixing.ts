/** Asking for what mends an error: of a program, a test or the page. */
import { ownRunningTurn } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import { notifyError } from "../ui/toasts";
import type { Ask, Fault } from "../wire/types";
import { ask } from "./asking";
import { modelFor } from "./model-picker";
import { wantedModel } from "./wanted-model";

const MOST_SHOWN = 160;

/** Asks for a turn that mends `problem`. */
export function askToFix(session: RoomSession, problem: Fault): void {
  askFor(session, { prompt: `Fix: ${gist(problem.text)}`, problem, files: pathsOf(problem) });
}

/** The files that a problem names, each once. */
export function pathsOf({ places }: Fault): string[] {
  return [...new Set(places.map(({ path }) => path))];
}

/** Asks, in edit mode unless it says otherwise, of the model that this person uses. Waits for one's own turn that runs. */
export function askFor(session: RoomSession, question: Pick<Ask, "prompt" | "problem" | "files" | "mode">): void {
  const state = session.state.get();
  const model = modelFor(state.room?.models ?? [], wantedModel())?.name ?? null;
  const after = ownRunningTurn(state)?.id ?? null;
  ask(session, { mode: "edit", ...question, model, after }).catch(notifyError);
}

/** The line of an error that says what it is: Python's last, and in a browser or Node the one that names the error. */
export function gist(text: string): string {
  const lines = text.split("\n").map((line) => line.trim().replace(/^E\s+/, ""));
  const named = lines.findLast((line) => /^(?:[\w.]*(?:Error|Exception|Interrupt|Exit)|assert)\b/.test(line));
  const line = named ?? lines.find((one) => one !== "") ?? "";
  return line.length > MOST_SHOWN ? `${line.slice(0, MOST_SHOWN)}…` : line;
}
