import { RotateCcw } from "lucide-react";
import { useEffect, useState } from "react";
import { isDocument, type RoomFile } from "../documents/files";
import { messageOf } from "../rooms/refusal";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { useStore } from "../ui/use-store";
import type { ComparedFile, Comparison } from "../wire/types";
import { readComparison, readText } from "./api";
import { Diff } from "./diff";
import { FileChips } from "./file-chips";
import type { ShownStep } from "./steps";
import { comparisonLine } from "./words";

interface CompareViewProps {
  readonly session: RoomSession;
  readonly files: Store<readonly RoomFile[]>;
  readonly step: ShownStep;
  readonly path: string | null;
  readonly narrow: boolean;
  readonly onPath: (path: string) => void;
  /** Restores one file; null for who may not. */
  readonly onRestore: ((path: string) => void) | null;
}

/** How long after a change of the room its files are compared again. */
const SETTLE_MS = 600;

/** A step's files beside those of now, which change while they are looked at. */
export function CompareView({ session, files, step, path, narrow, onPath, onRestore }: CompareViewProps) {
  const { comparison, problem } = useComparison(session, step.id);
  if (problem !== null || comparison === null) {
    return <p className="empty">{problem ?? <span className="spinner" />}</p>;
  }
  const different = comparison.files.filter(({ difference }) => difference !== "same");
  const file =
    different.find((one) => one.path === path) ?? different.find((one) => one.asset === null) ?? different[0];
  if (file === undefined) {
    return <p className="empty">{comparisonLine(comparison)}.</p>;
  }
  return (
    <>
      <FileChips files={different} current={file.path} onChoose={onPath} />
      <div className="timeline-sides small muted" data-narrow={narrow}>
        <span>{narrow ? "Then, and now" : "Then"}</span>
        {!narrow && <span>Now</span>}
        {onRestore !== null && (
          <button type="button" className="button quiet" onClick={() => onRestore(file.path)}>
            <RotateCcw className="icon" /> Restore this file
          </button>
        )}
      </div>
      <ComparedTexts session={session} files={files} step={step.id} file={file} narrow={narrow} />
    </>
  );
}

interface ComparedTextsProps extends Pick<CompareViewProps, "session" | "files" | "narrow"> {
  readonly step: string;
  readonly file: ComparedFile;
}

function ComparedTexts({ session, files, step, file, narrow }: ComparedTextsProps) {
  const now = useTextNow(files, file.path);
  const { before, problem } = useTextThen(session.id, step, file);
  if (problem !== null) {
    return <p className="empty">{problem}</p>;
  }
  if (file.asset !== null || (now === null && file.difference !== "deleted")) {
    return <p className="empty">{file.path} is a binary file.</p>;
  }
  return before === null ? null : (
    <Diff path={file.path} before={before} after={now ?? ""} layout={narrow ? "unified" : "split"} folded />
  );
}

function useComparison(session: RoomSession, step: string) {
  const [comparison, setComparison] = useState<Comparison | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = () => {
      timer = undefined;
      readComparison(session.id, step).then(
        (found) => {
          if (!over) {
            setComparison(found);
            setProblem(null);
          }
        },
        (error: unknown) => !over && setProblem(messageOf(error)),
      );
    };
    const changed = () => {
      timer ??= setTimeout(read, SETTLE_MS);
    };
    read();
    session.doc.on("update", changed);
    return () => {
      over = true;
      clearTimeout(timer);
      session.doc.off("update", changed);
    };
  }, [session, step]);
  return { comparison: comparison?.checkpoint.id === step ? comparison : null, problem };
}

/** The text as it is now, at most once a frame; null if there is no such document. */
function useTextNow(files: Store<readonly RoomFile[]>, path: string): string | null {
  const text = useStore(files, (all) => {
    const file = all.find((one) => one.path === path);
    return file !== undefined && isDocument(file) ? file.text : null;
  });
  const [now, setNow] = useState(() => text?.toString() ?? null);
  useEffect(() => {
    let frame = 0;
    const read = () => {
      frame = 0;
      setNow(text?.toString() ?? null);
    };
    const changed = () => {
      frame ||= requestAnimationFrame(read);
    };
    read();
    text?.observe(changed);
    return () => {
      cancelAnimationFrame(frame);
      text?.unobserve(changed);
    };
  }, [text]);
  return now;
}

/** The text as it was then; empty if there was no such file. Long ones are fetched by themselves. */
function useTextThen(room: string, step: string, { path, difference, text, asset }: ComparedFile) {
  const told = text ?? (difference === "added" ? "" : null);
  const [fetched, setFetched] = useState<{ readonly key: string; readonly text: string } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const key = `${step} ${path}`;
  const wanted = told === null && asset === null;
  useEffect(() => {
    let over = false;
    setProblem(null);
    if (wanted) {
      readText(room, step, path).then(
        (found) => !over && setFetched({ key: `${step} ${path}`, text: found }),
        (error: unknown) => !over && setProblem(messageOf(error)),
      );
    }
    return () => {
      over = true;
    };
  }, [room, step, path, wanted]);
  return { before: told ?? (fetched?.key === key ? fetched.text : null), problem };
}
