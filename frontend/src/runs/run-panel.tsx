import { Bug, Copy, Square, Wrench } from "lucide-react";
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
import { type Program, whyNothing } from "./choice";
import { DebugPanel } from "./debug-panel";
import { useEarlier } from "./earlier";
import { Facts } from "./facts";
import { faultOfRun, faultOfTest } from "./faults";
import { History, StateIcon } from "./history";
import type { InRoom } from "./made";
import { MadeFiles } from "./made-files";
import { faultOfPage } from "./page-check";
import { PageReport } from "./page-report";
import { ownProgram, startAfter, stopRun } from "./programs";
import { Results } from "./results";
import { RunButton } from "./run-button";
import { TestButtons, useWanted } from "./test-buttons";
import { type RunnableFile, useChoice } from "./use-choice";
import { canDebug, type RoomBreakpoints, useBreakpointNews } from "./use-debugging";
import { useWhole } from "./whole";
import { foundNoTests, standingOf, titleOf } from "./words";
import "./runs.css";

const TerminalPane = lazy(() => import("./terminal-pane"));

export interface RunPanelProps {
  readonly session: RoomSession;
  /** The room's files, as they are shown. */
  readonly files: Store<readonly RunnableFile[]>;
  /** The path of the file that is open in the editor. */
  readonly currentPath: string | null;
  /** The binary files among them as well. */
  readonly allFiles: Store<readonly InRoom[]>;
  /** Opens a file of the room, of whatever kind. */
  readonly onShow: (path: string) => void;
  /** Shows the room as it was at a moment. */
  readonly onMoment: (at: number) => void;
  /** The test at the editor's cursor, and the ids of those that somebody wants to run, and a run to look at. */
  readonly tests: {
    readonly here: Store<{ readonly id: string; readonly name: string } | null>;
    readonly wanted: Store<readonly string[] | null>;
    readonly shown: Store<{ readonly run: string } | null>;
  };
  /** Opens a document at a 1-based line. */
  readonly onOpen: (path: string, line: number) => void;
  /** Has the model mend an error. */
  readonly onFix: (problem: Fault) => void;
  /** Asks the model about what it is told of. */
  readonly onAsk: (prompt: string, problem: Fault) => void;
  readonly breakpoints: RoomBreakpoints;
}

/** Runs programs and tests, and shows what they do. Fills its parent. */
export function RunPanel({
  session,
  files,
  allFiles,
  currentPath,
  onOpen,
  onShow,
  onMoment,
  tests,
  onFix,
  onAsk,
  breakpoints,
}: RunPanelProps) {
  const runs = useStore(session.state, (state) => state.runs);
  const changedAt = useStore(session.state, (state) => state.changedAt);
  const earlier = useEarlier(session, runs);
  const mayWrite = useStore(session.state, mayWriteIn);
  const me = useStore(session.state, (state) => state.me?.id);
  const paths = useStore(files, (all) => all).map((file) => file.path);
  const choice = useChoice(files, currentPath);
  const size = useRef<Size>({ columns: 80, rows: 24 });
  const [chosen, setChosen] = useState<string | null>(null);
  const [wanted, setWanted] = useState<View | null>(null);
  const [mine, setMine] = useState<string | null>(null);
  const starting = useRef(false);
  const newest = runs.at(-1) ?? null;
  const run = useWhole(session, earlier.all.find((one) => one.id === chosen) ?? newest);

  const view = viewOf(run, wanted);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever starts a run, everybody looks at it
  useEffect(() => {
    setChosen(null);
    setWanted(null);
  }, [newest?.id]);

  const ownRun = (program: Program | null) => (program === null ? null : ownProgram(runs, me, program.command));
  const running = ownRun(choice.program);
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
  const runProgram = (program: Program) => start({ ...program.ask, terminal: size.current }, ownRun(program));
  const { program } = choice;
  const debuggable = mayWrite
    ? [program, ...choice.others].flatMap((one) => (one !== null && canDebug(one) ? one : []))
    : [];
  // Who looks at a file and sets breakpoints there means that one.
  const debugged = debuggable.find((one) => one.ask.file === currentPath) ?? debuggable[0] ?? null;
  const debugProgram = (one: Program) => {
    const debug = { breakpoints: [...breakpoints.all.get()] };
    start({ ...one.ask, terminal: size.current, debug }, ownRun(one));
  };
  const textNow = useCallback(
    (path: string) =>
      files
        .get()
        .find((file) => file.path === path)
        ?.text.toString() ?? null,
    [files],
  );
  useBreakpointNews(session, breakpoints, textNow);
  const runKeys = program === null || !mayWrite ? null : () => runProgram(program);
  useRunKeys(runKeys, run?.terminal === true && !runOver(run));

  const runTests = useCallback(
    (only: readonly string[] | null) => start({ tests: true, only: only && [...only] }),
    [start],
  );
  const shown = useStore(tests.shown, (one) => one);
  useEffect(() => {
    if (shown !== null) setChosen(shown.run);
  }, [shown]);
  useWanted(tests.wanted, mayWrite ? runTests : null);

  const fault = run === null || run.cut || !mayWrite ? null : (faultOfPage(run) ?? faultOfRun(run, paths));
  const fixRun = fault === null ? null : () => onFix(fault);
  const fixTest = mayWrite && !run?.cut ? (test: Test) => onFix(faultOfTest(test, paths)) : null;

  return (
    <section className="runs" aria-label="Runs">
      <div className="run-bar">
        <RunButton
          choice={choice}
          running={running}
          mayWrite={mayWrite}
          onRun={runProgram}
          onStop={stop}
          onOpen={onOpen}
        />
        {debugged !== null && (
          <button
            type="button"
            className="button"
            title="Run it under the debugger: click left of a line number to stop there"
            onClick={() => debugProgram(debugged)}
          >
            <Bug className="icon" /> Debug
          </button>
        )}
        <TestButtons paths={paths} here={tests.here} onRun={mayWrite ? runTests : null} />
        <span className="run-bar-space" />
        {run !== null && run !== running && !runOver(run) && mayWrite && (
          <button type="button" className="button danger" onClick={() => stop(run.id)}>
            <Square className="icon" /> Stop
          </button>
        )}
      </div>
      <div className="run-body">
        <div className="run-shown">
          {run === null ? (
            <p className="run-none">
              {program === null
                ? whyNothing(choice)
                : "Nothing has been run yet. Programs run in a sandbox without a network."}
            </p>
          ) : (
            <RunLine run={run} view={view} onView={setWanted} onFix={fixRun} />
          )}
          {run?.debug != null && !runOver(run) && (
            <DebugPanel
              session={session}
              run={run}
              debug={run.debug}
              mayWrite={mayWrite}
              currentPath={currentPath}
              textNow={textNow}
              onOpen={onOpen}
              onFix={onFix}
              onAsk={onAsk}
            />
          )}
          {run !== null && <Facts run={run} changedAt={changedAt} onMoment={onMoment} />}
          {run !== null && runOver(run) && run.state !== "refused" && view === "output" && run.output === "" && (
            <p className="run-none">It wrote nothing.</p>
          )}
          {run !== null && view === "results" && (
            <Results run={run} paths={paths} onOpen={onOpen} onFix={fixTest} onRun={mayWrite ? runTests : null} />
          )}
          {run !== null && view === "page" && <PageReport room={session.id} run={run} paths={paths} onOpen={onOpen} />}
          <Suspense>
            <TerminalPane
              session={session}
              run={run}
              hidden={view !== "output"}
              mayWrite={mayWrite}
              wantsFocus={run !== null && run.id === mine}
              onSize={(now) => {
                size.current = now;
              }}
            />
          </Suspense>
          {run !== null && view !== "page" && (
            <MadeFiles key={run.id} session={session} run={run} files={allFiles} mayWrite={mayWrite} onOpen={onShow} />
          )}
        </div>
        {runs.length > 0 && (
          <History
            runs={earlier.all}
            me={me}
            shown={run?.id ?? null}
            onShow={setChosen}
            onStop={mayWrite ? stop : null}
            onEarlier={earlier.fetch}
          />
        )}
      </div>
    </section>
  );
}

type View = "results" | "output" | "page";

/** Tests show their results, unless there are none to show or somebody wants the output. */
function viewOf(run: Run | null, wanted: View | null): View {
  if (run?.kind === "page" && run.state !== "refused") return "page";
  const results = run?.kind === "tests" && run.state !== "refused";
  if (!results) return "output";
  return wanted ?? (runOver(run) && run.tests.length === 0 && !run.cut ? "output" : "results");
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
  const standing = `${standingOf(run)}${run.truncated && run.output_bytes === 0 ? " · the rest of the output was left out" : ""}`;
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
