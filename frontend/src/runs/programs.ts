/** A person's own programs while they run: one of each is enough. */
import { runOver } from "../rooms/reducer";
import { Refusal } from "../rooms/refusal";
import type { RoomSession } from "../rooms/session";
import type { AskForRun, Run } from "../wire/types";

/** The newest run of `command` that `member` started and that still goes; null if there is none. */
export function ownProgram(runs: readonly Run[], member: string | undefined, command: readonly string[]): Run | null {
  const same = (run: Run) =>
    run.member === member && run.kind !== "tests" && run.command.join("\0") === command.join("\0");
  return runs.findLast((run) => same(run) && !runOver(run)) ?? null;
}

/** Stops a run, and answers when it is over. Raises Refusal. */
export async function stopRun(session: RoomSession, id: string): Promise<void> {
  try {
    await session.command({ type: "stop_run", run: id });
  } catch (error) {
    // It ended by itself in the meantime.
    if (!(error instanceof Refusal && error.code === "conflict")) throw error;
  }
  const over = () => session.state.get().runs.every((run) => run.id !== id || runOver(run));
  await new Promise<void>((resolve) => {
    const look = () => {
      if (!over()) return;
      stop();
      resolve();
    };
    const stop = session.state.subscribe(look);
    look();
  });
}

/** Starts a run once the one `before` it, if any, is over. Answers its id; raises Refusal. */
export async function startAfter(session: RoomSession, before: Run | null, run: AskForRun): Promise<string | null> {
  if (before !== null) await stopRun(session, before.id);
  return session.command({ type: "start_run", run });
}
