/** What stands over the page, or in its place when there is none. */
import { AppWindow, MousePointerClick, Play, RotateCw } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { mayWrite } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { useStore } from "../ui/use-store";
import type { PageFile } from "./changes";
import type { Stage, StageState } from "./stage";

const NOTE_MS = 4_000;

interface NotesProps {
  readonly session: RoomSession;
  readonly files: Store<readonly PageFile[]>;
  readonly state: StageState;
  readonly stage: Stage | null;
}

export function Notes({ session, files, state, stage }: NotesProps) {
  const { status, note, page } = state;
  const hasPython = useStore(files, (all) => all.some((file) => file.path.endsWith(".py")));
  const canWrite = useStore(session.state, mayWrite);
  useEffect(() => {
    if (note !== "keys" && note !== "restarted") return;
    const timer = setTimeout(() => stage?.dismissNote(), NOTE_MS);
    return () => clearTimeout(timer);
  }, [note, stage]);
  switch (status) {
    case "connecting":
      return null;
    case "empty":
      return (
        <Blank icon={<AppWindow className="preview-picture" strokeWidth={1.25} />}>
          <p>
            The page appears here as soon as there is an <code>index.html</code>.
          </p>
          {hasPython && canWrite && (
            <p className="small">
              This room has a Python program: start it with <strong>Run</strong>.
            </p>
          )}
        </Blank>
      );
    case "coming":
      return (
        <Blank icon={<span className="spinner" />}>
          <p>
            <code>{page ?? "index.html"}</code> is being written…
          </p>
        </Blank>
      );
    case "opening":
      return (
        <>
          <Blank icon={<span className="spinner" />}>
            <p>
              <code>{page}</code> is loading…
            </p>
          </Blank>
          <Chip note={note} stage={stage} />
        </>
      );
    case "hung":
    case "flooding":
      return (
        <Blank icon={<AppWindow className="preview-picture" strokeWidth={1.25} />}>
          <p>{STOPPED[status]}</p>
          <button type="button" className="button primary" onClick={() => stage?.restart()}>
            <RotateCw className="icon" /> Start it again
          </button>
        </Blank>
      );
    default:
      return <Chip note={note} stage={stage} />;
  }
}

const STOPPED = {
  hung: "The page stopped answering twice in a row, probably in an endless loop, and was stopped.",
  flooding: "The page sent thousands of messages a second and was stopped.",
};

function Blank({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <div className="empty preview-blank" role="status">
      {icon}
      {children}
    </div>
  );
}

function Chip({ note, stage }: { note: StageState["note"]; stage: Stage | null }) {
  return (
    <div className="preview-notes" aria-live="polite">
      {note === "restarted" && (
        <span className="preview-chip">
          <RotateCw className="icon" /> The page stopped answering and was restarted: probably an endless loop
        </span>
      )}
      {note === "click" && (
        <button type="button" className="preview-chip action" onClick={() => stage?.play()}>
          {matchMedia("(pointer: coarse)").matches ? <Play className="icon" /> : <MousePointerClick className="icon" />}
          Click to play
        </button>
      )}
    </div>
  );
}
