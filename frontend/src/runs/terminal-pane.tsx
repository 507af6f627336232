import { useEffect, useRef, useState } from "react";
import { runOver } from "../rooms/reducer";
import { Refusal } from "../rooms/refusal";
import type { RoomSession } from "../rooms/session";
import { notifyError } from "../ui/toasts";
import type { Run, Terminal as Size } from "../wire/types";
import { Keystrokes } from "./keystrokes";
import { TerminalView } from "./terminal-view";
import { titleOf } from "./words";

export interface TerminalPaneProps {
  readonly session: RoomSession;
  readonly run: Run | null;
  readonly hidden: boolean;
  readonly mayWrite: boolean;
  /** True while the keyboard should go to the run when it starts. */
  readonly wantsFocus: boolean;
  readonly onSize: (size: Size) => void;
}

const RESIZE_PAUSE = 150;

/** A run's output, and the way to type into it. One terminal, whichever run it shows. */
export default function TerminalPane({ session, run, hidden, mayWrite, wantsFocus, onSize }: TerminalPaneProps) {
  const host = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<TerminalView | null>(null);
  const shown = useRef(run);
  shown.current = run;
  const sized = useRef(onSize);
  sized.current = onSize;

  useEffect(() => {
    if (host.current === null) return;
    const keys = new Keystrokes((data) => {
      const id = shown.current?.id;
      if (id !== undefined) session.command({ type: "input_run", run: id, data }).catch(tell);
    });
    let resizing: ReturnType<typeof setTimeout> | undefined;
    const opened = new TerminalView(host.current, {
      typed: (data) => keys.type(data),
      sized: (size) => {
        sized.current(size);
        clearTimeout(resizing);
        resizing = setTimeout(() => resize(session, shown.current, size), RESIZE_PAUSE);
      },
    });
    setView(opened);
    return () => {
      clearTimeout(resizing);
      keys.flush();
      opened.close();
    };
  }, [session]);

  const id = run?.id ?? null;
  const output = run?.output ?? "";
  const typing = mayWrite && run?.terminal === true && run.state === "running";
  useEffect(() => view?.show(id, output), [view, id, output]);
  useEffect(() => view?.accept(typing), [view, typing]);
  useEffect(() => {
    if (typing && wantsFocus) view?.focus();
  }, [view, typing, wantsFocus]);

  return (
    <section
      className="run-terminal"
      ref={host}
      hidden={hidden}
      aria-label={run === null ? "Output" : `Output of ${titleOf(run)}`}
      data-accepts={typing || undefined}
    />
  );
}

/** Tells a run's program of the new size. Only who started it does: other people's panes have sizes of their own. */
function resize(session: RoomSession, run: Run | null, size: Size): void {
  if (run?.terminal !== true || runOver(run) || run.member !== session.state.get().me?.id) return;
  session.command({ type: "resize_run", run: run.id, terminal: size }).catch(tell);
}

/** A run may end while a key or a size is on its way to it: that needs no word. */
function tell(error: unknown): void {
  if (!(error instanceof Refusal && error.code === "conflict")) notifyError(error);
}
