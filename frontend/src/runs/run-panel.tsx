import { Copy, FlaskConical, Play, Square, Wrench } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { runOver } from "../rooms/reducer";
import { mayWrite as mayWriteIn } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { copyText } from "../ui/clipboard";
import { IconButton } from "../ui/icon-button";
import { notify, notifyError } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import type { AskForRun, Fault, Run, Terminal as Size, Test } from "../wire/types";
import { chooseCommand, hasTests } from "./choice";
import { faultOfRun, faultOfTest } from "./faults";
import { History, StateIcon } from "./history";
import { ownProgram, startAfter, stopRun } from "./programs";
import { Results } from "./results";
import { foundNoTests, standingOf, titleOf } from "./words";
import "./runs.css";

const TerminalPane = lazy(() => import("./terminal-pane"));

export interface RunPanelProps {
  readonly session: RoomSession;
  /** The room's files, as they are shown. */
  readonly files: Store<readonly { readonly path: string }[]>;
  /** The path of the file that is open in the editor. */
  readonly currentPath: string | null;
  /** Opens a document at a 1-based line. */
  readonly onOpen: (path: string, line: number) => void;
  /** Has the model mend an error. */
  readonly onFix: (problem: Fault) => void;
}

/** Runs programs and tests, and shows what they do. Fills its parent. */
export function RunPanel({ session, files, currentPath, onOpen, onFix }: RunPanelProps) {
  const runs = useStore(session.state, (state) => state.runs);
  const mayWrite = useStore(session.state, mayWriteIn);
  const me = useStore(session.state, (state) => state.me?.id);
  const paths = useStore(files, (all) => all).map((file) => file.path);
  const command = chooseCommand(paths, currentPath);
  const size = useRef<Size>({ columns: 80, rows: 24 });
  const [chosen, setChosen] = useState<string | null>(null);
  const [wanted, setWanted] = useState<View | null>(null);
  const [mine, setMine] = useState<string | null>(null);
  const starting = useRef(false);
  const newest = runs.at(-1) ?? null;
  const run = runs.find((one) => one.id === chosen) ?? newest;

  const view = viewOf(run, wanted);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever starts a run, everybody looks at it
  useEffect(() => {
    setChosen(null);
    setWanted(null);
  }, [newest?.id]);

  const program = command === null ? null : ownProgram(runs, me, command);
  const start = useCallback(
    (ask: AskForRun, before: Run | null = null) => {
      if (starting.current) return;
      starting.current = true;
      startAfter(session, before, ask)
        .then(setMine, notifyError)
        .finally(() => {
          starting.current = false;
        });
    },
    [session],
  );
  const stop = useCallback((id: string) => void stopRun(session, id).catch(notifyError), [session]);
  const runProgram = command === null || !mayWrite ? null : () => start({ command, terminal: size.current }, program);
  useRunKeys(runProgram, run?.terminal === true && !runOver(run));

  const fault = run === null || !mayWrite ? null : faultOfRun(run, paths);
  const fixRun = fault === null ? null : () => onFix(fault);
  const fixTest = mayWrite ? (test: Test) => onFix(faultOfTest(test, paths)) : null;

  return (
    <section className="runs" aria-label="Runs">
      <div className="run-bar">
        {program === null ? (
          <button
            type="button"
            className="button primary"
            disabled={runProgram === null}
            title={
              command === null ? "There is no Python or Node program to run" : `${command.join(" ")} (${MOD}Enter)`
            }
            onClick={() => runProgram?.()}
          >
            <Play className="icon" /> Run
          </button>
        ) : (
          <button
            type="button"
            className="button danger"
            title={`${titleOf(program)} is running; ${MOD}Enter starts it again`}
            // The second click of a double click on Run is no wish to stop.
            onClick={(event) => event.detail < 2 && stop(program.id)}
          >
            <Square className="icon" /> Stop
          </button>
        )}
        {command !== null && <code className="run-command">{command.join(" ")}</code>}
        <button
          type="button"
          className="button"
          disabled={!mayWrite || !hasTests(paths)}
          title={hasTests(paths) ? "pytest" : "There are no tests: pytest looks in test_*.py and *_test.py"}
          onClick={() => start({ tests: true })}
        >
          <FlaskConical className="icon" /> Run tests
        </button>
        <span className="run-bar-space" />
        {run !== null && run !== program && !runOver(run) && mayWrite && (
          <button type="button" className="button danger" onClick={() => stop(run.id)}>
            <Square className="icon" /> Stop
          </button>
        )}
      </div>
      <div className="run-body">
        <div className="run-shown">
          {run === null ? (
            <p className="run-none">
              {command === null
                ? "Nothing here to run: a Python file, or a Node program in a room without a page, can be run."
                : "Nothing has been run yet. Programs run in a sandbox without a network."}
            </p>
          ) : (
            <RunLine run={run} view={view} onView={setWanted} onFix={fixRun} />
          )}
          {run !== null && runOver(run) && run.state !== "refused" && view === "output" && run.output === "" && (
            <p className="run-none">It wrote nothing.</p>
          )}
          {run !== null && view === "results" && <Results run={run} paths={paths} onOpen={onOpen} onFix={fixTest} />}
          <Suspense>
            <TerminalPane
              session={session}
              run={run}
              hidden={view === "results"}
              mayWrite={mayWrite}
              wantsFocus={run !== null && run.id === mine}
              onSize={(now) => {
                size.current = now;
              }}
            />
          </Suspense>
        </div>
        {runs.length > 0 && (
          <History runs={runs} me={me} shown={run?.id ?? null} onShow={setChosen} onStop={mayWrite ? stop : null} />
        )}
      </div>
    </section>
  );
}

type View = "results" | "output";

/** Tests show their results, unless there are none to show or somebody wants the output. */
function viewOf(run: Run | null, wanted: View | null): View {
  const results = run?.kind === "tests" && run.state !== "refused";
  if (!results) return "output";
  return wanted ?? (runOver(run) && run.tests.length === 0 ? "output" : "results");
}

interface RunLineProps {
  readonly run: Run;
  readonly view: View;
  readonly onView: (view: View) => void;
  /** Has the model mend what the run ended with; null if there is nothing to mend. */
  readonly onFix: (() => void) | null;
}

/** The line that says which run this is and how it stands. */
function RunLine({ run, view, onView, onFix }: RunLineProps) {
  const standing = `${standingOf(run)}${run.truncated ? " · the rest of the output was left out" : ""}`;
  const copy = async () => notify((await copyText(run.output)) ? "Output copied" : "The browser did not allow copying");
  return (
    <div className="run-line">
      <StateIcon run={run} />
      <strong className="run-line-title" title={titleOf(run)}>
        {titleOf(run)}
      </strong>
      <span className={`run-line-facts ${foundNoTests(run) ? "" : run.state}`} role="status" title={standing}>
        {standing}
      </span>
      {run.kind === "tests" && run.state !== "refused" && (
        <fieldset className="run-views">
          <legend className="visually-hidden">Show</legend>
          <button type="button" aria-pressed={view === "results"} onClick={() => onView("results")}>
            Results
          </button>
          <button type="button" aria-pressed={view === "output"} onClick={() => onView("output")}>
            Output
          </button>
        </fieldset>
      )}
      {onFix !== null && (
        <button type="button" className="button run-fix" onClick={onFix}>
          <Wrench className="icon" /> Fix
        </button>
      )}
      {run.output !== "" && (
        <IconButton label="Copy the output" onClick={copy}>
          <Copy className="icon" />
        </IconButton>
      )}
    </div>
  );
}

const MOD = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl+";

/** Ctrl- or Cmd-Enter runs, also from the editor; in another field, or in a program that reads keys, it does not. */
function useRunKeys(run: (() => void) | null, programReads: boolean): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || event.altKey || event.shiftKey || event.repeat) return;
      if (!(event.ctrlKey || event.metaKey) || run === null || !(event.target instanceof Element)) return;
      const inTerminal = event.target.closest(".xterm") !== null;
      if (inTerminal ? programReads : event.target.closest("input, textarea, dialog, [role=dialog]") !== null) return;
      // Captured, since the editor has a binding of its own for these keys.
      event.preventDefault();
      event.stopPropagation();
      run();
    };
    window.addEventListener("keydown", pressed, true);
    return () => window.removeEventListener("keydown", pressed, true);
  }, [run, programReads]);
}
