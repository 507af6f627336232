/** A program under the debugger: where it is stopped, what is known there, and what makes it go on. */
import { ArrowDownToDot, ArrowUpFromDot, Pause, Play, Redo2, Sparkles, Wrench } from "lucide-react";
import { type FormEvent, type ReactNode, useCallback, useEffect, useState } from "react";
import { lineAfter, textsOf } from "../rooms/debugging";
import { Refusal } from "../rooms/refusal";
import type { RoomSession } from "../rooms/session";
import { notify, notifyError } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import type { DebugAction, DebugState, Fault, Run, StackFrame } from "../wire/types";
import { faultOfStop, wordsOf } from "./debug-fault";
import { useDebugKeys } from "./debug-keys";
import { Variables } from "./debug-variables";
import { useTextChanges } from "./use-debugging";
import "./debug.css";

const QUESTION = "Why is it here, and is that right?";

export interface DebugPanelProps {
  readonly session: RoomSession;
  readonly run: Run;
  readonly debug: DebugState;
  readonly mayWrite: boolean;
  /** The path of the file that is open in the editor. */
  readonly currentPath: string | null;
  /** The text of a document as it is now; null if there is none. */
  readonly textNow: (path: string) => string | null;
  readonly onOpen: (path: string, line: number) => void;
  /** Has the model mend what the program stopped for. */
  readonly onFix: (problem: Fault) => void;
  /** Asks the model about the stopped program. */
  readonly onAsk: (prompt: string, problem: Fault) => void;
}

export function DebugPanel({
  session,
  run,
  debug,
  mayWrite,
  currentPath,
  textNow,
  onOpen,
  onFix,
  onAsk,
}: DebugPanelProps) {
  const { stop, status } = debug;
  const [looked, setLooked] = useState<{ stop: number; frame: number } | null>(null);
  useStore(textsOf(session).loaded, (count) => count);
  useTextChanges(session);
  const act = useCallback(
    (action: DebugAction, reference: number | null = null) => {
      session.command({ type: "debug_run", run: run.id, action, stop, reference }).catch((error: unknown) => {
        // It ended by itself in the meantime.
        if (!(error instanceof Refusal && error.code === "conflict")) notifyError(error);
      });
    },
    [session, run.id, stop],
  );
  const stopped = status === "stopped";
  useDebugKeys(stopped && mayWrite ? act : null);
  const frame =
    debug.frames.find(({ id }) => looked?.stop === stop && id === looked.frame) ??
    debug.frames.find(({ path }) => path !== null);
  const lineNow = ({ path, line }: StackFrame): number | null => {
    const then = path === null ? null : textsOf(session).of(run.id, path);
    const now = path === null ? null : textNow(path);
    return typeof then === "string" && now !== null ? lineAfter(then, now, line) : line;
  };
  const show = (one: StackFrame) => {
    setLooked({ stop, frame: one.id });
    if (mayWrite && one.scopes.length === 0) act("frame", one.id);
    const line = lineNow(one);
    if (one.path !== null && line !== null) onOpen(one.path, line);
    else if (one.path !== null) notify(`Line ${one.line} of ${one.path} was changed since the run began.`);
  };
  const path = frame?.path ?? null;
  const line = frame === undefined ? null : lineNow(frame);
  const mine = run.member === session.state.get().me?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a stop, whoever started the run sees the file of it
  useEffect(() => {
    if (mine && path !== null && path !== currentPath) onOpen(path, line ?? 1);
  }, [stop, path === null]);
  const changed = debug.frames.some((one) => one.path !== null && lineNow(one) !== one.line);
  return (
    <section className="debug" aria-label="Debugger">
      <div className="debug-bar">
        <Move
          icon={<Play className="icon" />}
          words="Continue"
          keys="F5"
          onAct={stopped && mayWrite ? () => act("continue") : null}
        />
        <Move
          icon={<Pause className="icon" />}
          words="Pause"
          onAct={status === "running" && mayWrite ? () => act("pause") : null}
        />
        <Move
          icon={<Redo2 className="icon" />}
          words="Step over"
          keys="F10"
          onAct={stopped && mayWrite ? () => act("next") : null}
        />
        <Move
          icon={<ArrowDownToDot className="icon" />}
          words="Step into"
          keys="F11"
          onAct={stopped && mayWrite ? () => act("step_in") : null}
        />
        <Move
          icon={<ArrowUpFromDot className="icon" />}
          words="Step out"
          keys="Shift+F11"
          onAct={stopped && mayWrite ? () => act("step_out") : null}
        />
        <span className={`debug-standing ${stopped ? (debug.reason ?? "") : ""}`} role="status">
          {stopped ? `Stopped: ${wordsOf(debug)}` : status === "running" ? "Running" : "Starting the debugger…"}
        </span>
      </div>
      {stopped && (
        <>
          {changed && (
            <p className="debug-changed">The text was changed since: the program runs the one from before.</p>
          )}
          <div className="debug-state">
            <div className="debug-part">
              <h3>Call stack</h3>
              <ol className="debug-stack" aria-label="Call stack">
                {debug.frames.map((one) => (
                  <li key={one.id}>
                    <button
                      type="button"
                      aria-current={one === frame || undefined}
                      className={one.path === null ? "foreign" : ""}
                      onClick={() => show(one)}
                    >
                      <span className="debug-name">{one.name}</span>
                      <span className="debug-place">
                        {one.path === null ? "not in this room" : `${one.path}:${one.line}`}
                      </span>
                    </button>
                  </li>
                ))}
              </ol>
            </div>
            <div className="debug-part">
              <h3>Variables</h3>
              {frame === undefined || frame.scopes.length === 0 ? (
                <p className="debug-nothing">
                  {mayWrite ? "Choose a call to see its variables." : "Nobody has looked into this call yet."}
                </p>
              ) : (
                <Variables
                  key={`${stop} ${frame.id}`}
                  debug={debug}
                  scopes={frame.scopes}
                  onExpand={mayWrite ? (reference) => act("expand", reference) : null}
                />
              )}
            </div>
          </div>
          {mayWrite && (
            <AskLine
              onAsk={(prompt) => onAsk(prompt, faultOfStop(run, debug))}
              onFix={debug.reason === "exception" ? () => onFix(faultOfStop(run, debug)) : null}
            />
          )}
        </>
      )}
    </section>
  );
}

interface MoveProps {
  readonly icon: ReactNode;
  readonly words: string;
  readonly keys?: string;
  /** Null while it cannot be done. */
  readonly onAct: (() => void) | null;
}

function Move({ icon, words, keys, onAct }: MoveProps) {
  return (
    <button
      type="button"
      className="button debug-move"
      aria-label={words}
      title={keys === undefined ? words : `${words} (${keys})`}
      disabled={onAct === null}
      onClick={() => onAct?.()}
    >
      {icon}
      <span className="debug-words">{words}</span>
    </button>
  );
}

/** Asks the model, which is given the stop with its calls and variables. */
function AskLine({ onAsk, onFix }: { onAsk: (prompt: string) => void; onFix: (() => void) | null }) {
  const [prompt, setPrompt] = useState("");
  const send = (event: FormEvent) => {
    event.preventDefault();
    onAsk(prompt.trim() || QUESTION);
    setPrompt("");
  };
  return (
    <form className="debug-ask" onSubmit={send}>
      <input
        className="field"
        value={prompt}
        maxLength={2_000}
        aria-label="Ask the model about this state"
        placeholder={QUESTION}
        onChange={(event) => setPrompt(event.target.value)}
      />
      <button type="submit" className="button" title="The model sees the calls and their variables">
        <Sparkles className="icon" /> Ask
      </button>
      {onFix !== null && (
        <button type="button" className="button run-fix" onClick={onFix}>
          <Wrench className="icon" /> Fix
        </button>
      )}
    </form>
  );
}
