import { Bookmark, Copy, ListTree, RotateCcw, X } from "lucide-react";
import { Dialog } from "radix-ui";
import { type KeyboardEvent, type ReactNode, useEffect, useState } from "react";
import type { RoomFile } from "../documents/files";
import { mayWrite } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { IconButton } from "../ui/icon-button";
import { notifyError } from "../ui/toasts";
import { useNarrow } from "../ui/use-narrow";
import { useStore } from "../ui/use-store";
import type { NewRoom } from "../wire/types";
import { forkRoom } from "./api";
import { CompareView } from "./compare-view";
import { NameCheckpoint } from "./name-checkpoint";
import { Player } from "./player";
import { StepIcon, StepList } from "./step-list";
import { StepView } from "./step-view";
import type { ShownStep } from "./steps";
import { Timeline } from "./timeline";
import { changeCount, stepOrigin, stepTitle } from "./words";
import "./timeline.css";

interface TimelineDialogProps {
  readonly session: RoomSession;
  readonly files: Store<readonly RoomFile[]>;
  /** The moment whose state is shown first; the newest otherwise. */
  readonly at?: number;
  readonly onClose: () => void;
}

type View = "changes" | "compare";

/** What was just done here, and how to go on from it. */
type Note =
  | { readonly kind: "restored"; readonly what: string; readonly before: string; readonly path: string | null }
  | { readonly kind: "copied"; readonly room: NewRoom };

/** The room's history: look at any state, compare it with now, have it back, or make a room of it. */
export default function TimelineDialog({ session, files, at, onClose }: TimelineDialogProps) {
  const [timeline] = useState(() => new Timeline(session, at));
  useEffect(() => timeline.open(), [timeline]);
  const { shown, index, loading, problem } = useStore(timeline.state, (state) => state);
  const writable = useStore(session.state, mayWrite);
  const narrow = useNarrow();
  const [view, setView] = useState<View>("changes");
  const [path, setPath] = useState<string | null>(null);
  const [listed, setListed] = useState(false);
  const [note, setNote] = useState<Note | null>(null);
  const [busy, setBusy] = useState(false);
  const step = shown[index] ?? null;
  const newest = index === shown.length - 1;

  const doing = async (work: () => Promise<void>) => {
    setBusy(true);
    await work().catch(notifyError);
    setBusy(false);
  };
  const restore = (checkpoint: string, what: string, file: string | null) =>
    doing(async () => {
      const before = await session.command({ type: "restore", checkpoint, path: file });
      setNote(before === null ? null : { kind: "restored", what, before, path: file });
      await timeline.refresh();
    });
  const copy = (from: string | null) =>
    doing(async () => setNote({ kind: "copied", room: await forkRoom(session.id, from) }));

  const keys = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (target.closest("input:not([type=range]), select, textarea, .cm-editor, [role=tablist]") !== null) {
      return;
    }
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      timeline.step(by);
    } else if (event.key === " " && target.closest("button") === null) {
      event.preventDefault();
      timeline.state.get().playing ? timeline.pause() : timeline.play();
    }
  };

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-veil" />
        <Dialog.Content
          className="timeline"
          aria-describedby={undefined}
          onKeyDown={keys}
          onOpenAutoFocus={(event) => {
            // The arrow keys go through the steps at once.
            event.preventDefault();
            (event.currentTarget as HTMLElement).focus();
          }}
        >
          <header className="timeline-head">
            <Dialog.Title asChild>
              <h2>Timeline</h2>
            </Dialog.Title>
            {writable && <NameCheckpoint session={session} onMade={() => void timeline.refresh()} />}
            <Dialog.Close asChild>
              <IconButton label="Close the timeline">
                <X className="icon" />
              </IconButton>
            </Dialog.Close>
          </header>
          {note !== null && <NoteBar note={note} busy={busy} onUndo={restore} onDismiss={() => setNote(null)} />}
          <div className="timeline-body">
            {(!narrow || listed) && (
              <StepList
                shown={shown}
                current={step?.id ?? null}
                onSelect={(id) => {
                  setListed(false);
                  timeline.select(id);
                }}
              />
            )}
            {(!narrow || !listed) && (
              <section className="timeline-main" aria-label="The state that is looked at">
                {step === null ? (
                  <p className="empty">
                    {problem ?? (loading ? <span className="spinner" /> : "Nothing happened yet.")}
                  </p>
                ) : (
                  <>
                    <StepHead step={step} view={view} onView={setView}>
                      <button
                        type="button"
                        className="button"
                        disabled={busy}
                        onClick={() => void copy(newest ? null : step.id)}
                      >
                        <Copy className="icon" /> <span>Copy as a room</span>
                      </button>
                      {writable && (
                        <button
                          type="button"
                          className="button primary"
                          disabled={busy}
                          onClick={() => void restore(step.id, stepTitle(step), null)}
                        >
                          <RotateCcw className="icon" /> <span>Restore</span>
                        </button>
                      )}
                    </StepHead>
                    <div className="timeline-view">
                      {view === "changes" ? (
                        <StepView step={step} texts={timeline.texts} path={path} onPath={setPath} />
                      ) : (
                        <CompareView
                          session={session}
                          files={files}
                          step={step}
                          path={path}
                          narrow={narrow}
                          onPath={setPath}
                          onRestore={writable ? (file) => void restore(step.id, file, file) : null}
                        />
                      )}
                    </div>
                  </>
                )}
              </section>
            )}
          </div>
          <footer className="timeline-foot">
            {narrow && (
              <IconButton label="List the steps" aria-pressed={listed} onClick={() => setListed(!listed)}>
                <ListTree className="icon" />
              </IconButton>
            )}
            <Player timeline={timeline} />
          </footer>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface StepHeadProps {
  readonly step: ShownStep;
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly children: ReactNode;
}

function StepHead({ step, view, onView, children }: StepHeadProps) {
  return (
    <div className="timeline-step">
      <StepIcon kind={step.kind} />
      <div className="timeline-step-words">
        <h3>{stepTitle(step)}</h3>
        <p className="small muted">
          {stepOrigin(step, new Date())} · {changeCount(step)}
        </p>
      </div>
      <fieldset className="segments">
        <legend className="visually-hidden">What is shown of it</legend>
        <button type="button" aria-pressed={view === "changes"} onClick={() => onView("changes")}>
          What changed
        </button>
        <button type="button" aria-pressed={view === "compare"} onClick={() => onView("compare")}>
          Compare <span>with now</span>
        </button>
      </fieldset>
      <div className="timeline-actions">{children}</div>
    </div>
  );
}

interface NoteBarProps {
  readonly note: Note;
  readonly busy: boolean;
  readonly onUndo: (checkpoint: string, what: string, path: string | null) => void;
  readonly onDismiss: () => void;
}

function NoteBar({ note, busy, onUndo, onDismiss }: NoteBarProps) {
  return (
    <div className="timeline-note" role="status">
      {note.kind === "restored" ? (
        <>
          <span>Restored: {note.what}</span>
          <button
            type="button"
            className="button"
            disabled={busy}
            onClick={() => onUndo(note.before, "what was there before", note.path)}
          >
            Undo
          </button>
        </>
      ) : (
        <>
          <Bookmark className="icon" />
          <a href={note.room.links.owner} target="_blank" rel="noreferrer">
            Open “{note.room.title}”
          </a>
        </>
      )}
      <IconButton label="Dismiss" onClick={onDismiss}>
        <X className="icon" />
      </IconButton>
    </div>
  );
}
