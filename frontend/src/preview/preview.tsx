import { ExternalLink, Keyboard, RotateCw, ScanEye, SquareTerminal } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Guide } from "../rooms/guide";
import { mayWrite } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { createStore } from "../rooms/store";
import { IconButton } from "../ui/icon-button";
import { notifyError } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import type { Fault } from "../wire/types";
import { goBeside } from "./beside";
import type { PageFile } from "./changes";
import { Console } from "./console";
import { faultOf } from "./faults";
import { EMPTY_LOG } from "./log";
import { Notes } from "./notes";
import { addressOf } from "./places";
import "./preview.css";
import { Stage, type StageState, type Status } from "./stage";

export interface PreviewProps {
  readonly session: RoomSession;
  /** The room's files, as they are shown. */
  readonly files: Store<readonly PageFile[]>;
  /** Whom this browser follows: the page that they look at is shown. */
  readonly guide: Guide;
  /**
   * True while the person has touched nothing since they asked: the keyboard then goes to the page once their turn has
   * settled and its page is there, so this must stay true for as long after the turn.
   */
  readonly focusWhenSettled: boolean;
  /** Opens a document at a 1-based line. */
  readonly onOpen: (path: string, line: number) => void;
  /** Has the model mend an error. */
  readonly onFix: (problem: Fault) => void;
}

/** The room's page, as it runs, with its console. Fills its parent. */
export function Preview(props: PreviewProps) {
  const base = useStore(props.session.state, (state) => state.room?.preview ?? null);
  if (base === null) return null;
  return base === "" ? <NoSite /> : <Pane key={base} base={base} {...props} />;
}

/** A page is never shown on the IDE's own site, whose cookies it could use. */
function NoSite() {
  return (
    <section className="preview" aria-label="Preview">
      <div className="empty">
        <p>
          Under this address the preview needs a site of its own: set <code>SPARKROOM_PREVIEW_ORIGIN</code> on the
          server.
        </p>
      </div>
    </section>
  );
}

const NOTHING = createStore<StageState>({ status: "connecting", page: null, pages: [], log: EMPTY_LOG, note: null });

function Pane({ base, session, files, guide, focusWhenSettled, onOpen, onFix }: PreviewProps & { base: string }) {
  const host = useRef<HTMLDivElement>(null);
  const keysWanted = useRef(focusWhenSettled);
  const [stage, setStage] = useState<Stage | null>(null);
  const [consoleOpen, setConsoleOpen] = useState(false);
  useEffect(() => {
    keysWanted.current = focusWhenSettled;
  }, [focusWhenSettled]);
  useEffect(() => {
    if (host.current === null) return;
    const opened = new Stage(host.current, base, session, files, () => keysWanted.current);
    setStage(opened);
    return () => opened.close();
  }, [base, session, files]);
  useEffect(() => (stage === null ? undefined : goBeside(stage, session, guide)), [stage, session, guide]);
  const writable = useStore(session.state, mayWrite);
  const state = useStore(stage?.state ?? NOTHING, (value) => value);
  const index = state.pages[0] ?? null;
  return (
    <section className="preview" aria-label="Preview">
      <Toolbar
        state={state}
        base={base}
        stage={stage}
        guide={guide}
        consoleOpen={consoleOpen}
        onConsole={() => setConsoleOpen(!consoleOpen)}
        onCheck={writable ? (path) => checkPage(session, path) : null}
      />
      <div className="preview-body">
        <div className="preview-frames" ref={host} hidden={state.status === "empty" || state.status === "connecting"} />
        <Notes session={session} files={files} state={state} stage={stage} />
      </div>
      {consoleOpen && (
        <Console
          log={state.log}
          base={base}
          index={index}
          onOpen={onOpen}
          onFix={writable ? (entry) => onFix(faultOf(entry, base, index)) : null}
          onClear={() => stage?.clearLog()}
          onClose={() => setConsoleOpen(false)}
        />
      )}
    </section>
  );
}

interface ToolbarProps {
  readonly state: StageState;
  readonly base: string;
  readonly stage: Stage | null;
  readonly guide: Guide;
  readonly consoleOpen: boolean;
  readonly onConsole: () => void;
  /** Has the page looked at by a browser of its own; null for who may only look. */
  readonly onCheck: ((path: string) => void) | null;
}

const STATUS: Record<Status, string> = {
  connecting: "Connecting",
  empty: "No page yet",
  coming: "Being written",
  opening: "Loading",
  loading: "Loading",
  live: "Running",
  hung: "Stopped: it did not answer",
  flooding: "Stopped: it sent too many messages",
};

function checkPage(session: RoomSession, path: string): void {
  session.command({ type: "start_run", run: { page: true, path } }).catch(notifyError);
}

function Toolbar({ state, base, stage, guide, consoleOpen, onConsole, onCheck }: ToolbarProps) {
  const { status, page, pages, log, note } = state;
  const troubles = [counted(log.errors, "error"), counted(log.warnings, "warning")].filter((text) => text !== "");
  const said = troubles.length > 0 ? `Console: ${troubles.join(", ")}` : "Console";
  return (
    <div className="preview-toolbar">
      <span
        className="preview-dot"
        data-status={status}
        role="status"
        aria-label={STATUS[status]}
        title={STATUS[status]}
      />
      {pages.length > 1 ? (
        <select
          className="preview-page"
          aria-label="Page"
          value={page ?? ""}
          onChange={(event) => {
            guide.stop();
            stage?.choose(event.target.value);
          }}
        >
          {pages.map((path) => (
            <option key={path} value={path}>
              {path}
            </option>
          ))}
        </select>
      ) : (
        <span className="preview-page only">{page ?? "Preview"}</span>
      )}
      <span className="preview-keys" aria-live="polite">
        {note === "keys" && (
          <>
            <Keyboard className="icon" /> <span>Keys go to the preview</span>
          </>
        )}
      </span>
      <IconButton label="Start the page again" disabled={page === null} onClick={() => stage?.restart()}>
        <RotateCw className="icon" />
      </IconButton>
      {onCheck !== null && (
        <IconButton
          label="Check the page: its errors, failed loads and a picture, from a browser without a network"
          disabled={page === null}
          onClick={() => page !== null && onCheck(page)}
        >
          <ScanEye className="icon" />
        </IconButton>
      )}
      {page !== null && (
        <a
          className="icon-button"
          href={addressOf(base, page, 0)}
          target="_blank"
          rel="noopener noreferrer"
          aria-label="Open in a new tab, on the preview’s own site"
          title="Open in a new tab, on the preview’s own site"
        >
          <ExternalLink className="icon" />
        </a>
      )}
      <button
        type="button"
        className="preview-console-toggle"
        aria-expanded={consoleOpen}
        aria-label={said}
        title={said}
        onClick={onConsole}
      >
        <SquareTerminal className="icon" />
        {log.errors > 0 && <span className="badge bad">{short(log.errors)}</span>}
        {log.errors === 0 && log.warnings > 0 && <span className="badge warn">{short(log.warnings)}</span>}
      </button>
    </div>
  );
}

function counted(count: number, noun: string): string {
  return count === 0 ? "" : `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function short(count: number): string {
  return count > 99 ? "99+" : String(count);
}
