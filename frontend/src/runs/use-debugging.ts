/** The room's debugging, as the run panel needs it: which program can be debugged, and breakpoints kept level with it. */
import { useEffect, useReducer } from "react";
import { breakpointsIn, debuggedRun } from "../rooms/debugging";
import { Refusal } from "../rooms/refusal";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { notifyError } from "../ui/toasts";
import type { Breakpoint } from "../wire/types";
import type { Program } from "./choice";

const LOOK_MS = 250;

/** The room's breakpoints, and how often one was set or taken away here. */
export interface RoomBreakpoints {
  readonly all: Store<readonly Breakpoint[]>;
  readonly own: Store<number>;
}

export function canDebug({ command }: Program): boolean {
  return /^python[\d.]*$/.test(command[0] ?? "") && (command[1] ?? "").endsWith(".py");
}

/** Renders again when a document was changed, a few times a second at most. */
export function useTextChanges(session: RoomSession): void {
  const [, look] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const files = session.doc.getMap("files");
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = () => {
      if (timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        look();
      }, LOOK_MS);
    };
    files.observeDeep(changed);
    return () => {
      files.unobserveDeep(changed);
      clearTimeout(timer);
    };
  }, [session]);
}

/** Tells the program that is being debugged of the breakpoints that are set or taken away here. */
export function useBreakpointNews(
  session: RoomSession,
  breakpoints: RoomBreakpoints,
  textNow: (path: string) => string | null,
): void {
  useEffect(() => {
    const tell = async () => {
      const run = debuggedRun(session.state.get());
      if (run === null) return;
      const placed = await breakpointsIn(session, run.id, breakpoints.all.get(), textNow);
      try {
        await session.command({ type: "debug_run", run: run.id, action: "breakpoints", breakpoints: placed });
      } catch (error) {
        if (!(error instanceof Refusal && error.code === "conflict")) notifyError(error);
      }
    };
    return breakpoints.own.subscribe(() => void tell());
  }, [session, breakpoints, textNow]);
}
