/** The files that a run made: a strip of them, each to be looked at, and kept in the room by who may write. */
import { Check, CircleAlert, FileImage, FileQuestionMark, FileText, Save, Sheet } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { sizeInWords } from "../ui/sizes";
import { notify, notifyError } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import type { MadeFile, Run } from "../wire/types";
import {
  addressOf,
  type InRoom,
  keepFiles,
  kindOf,
  type MadeKind,
  nameOf,
  picturesFirst,
  type Standing,
  standingOf,
} from "./made";
import { MadeView } from "./made-view";
import "./made.css";

interface MadeFilesProps {
  readonly session: RoomSession;
  readonly run: Run;
  /** All of the room's files. */
  readonly files: Store<readonly InRoom[]>;
  readonly mayWrite: boolean;
  /** Opens a file of the room. */
  readonly onOpen: (path: string) => void;
}

export function MadeFiles({ session, run, files, mayWrite, onOpen }: MadeFilesProps) {
  const inRoom = useStore(files, (all) => all);
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set());
  const [shown, setShown] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  if (run.made.length === 0 && run.left_out === 0) return null;

  const standing = (file: MadeFile) => standingOf(file, inRoom, kept);
  const keep = async (some: readonly MadeFile[]) => {
    const paths = some.map(({ path }) => path);
    setBusy(true);
    try {
      await keepFiles(session.id, run.id, { paths, replace: some.some((file) => standing(file) === "other") });
      setKept((before) => new Set([...before, ...paths]));
      notify(paths.length === 1 ? `Kept in the room: ${paths[0]}` : `${paths.length} files kept in the room`);
    } catch (error) {
      notifyError(error);
    }
    setBusy(false);
  };
  const open = (file: MadeFile) => {
    setShown(null);
    onOpen(file.path);
  };
  const acts = (file: MadeFile) => ({
    standing: standing(file),
    onKeep: mayWrite && !busy ? () => void keep([file]) : null,
    onOpen: () => open(file),
  });
  const left = run.made.filter((file) => standing(file) !== "kept");
  const replaced = left.filter((file) => standing(file) === "other").length;
  const looked = run.made.find(({ path }) => path === shown);
  return (
    <section className="made" aria-label="Files of this run">
      <header className="made-head">
        <h3>{run.made.length === 1 ? "1 file" : `${run.made.length} files`}</h3>
        {run.left_out > 0 && (
          <span className="made-left-out" title="Too many, too large, or no plain files with ordinary names">
            <CircleAlert className="icon" /> {run.left_out} more left out
          </span>
        )}
        {mayWrite && left.length > 1 && (
          <button type="button" className="button made-act" disabled={busy} onClick={() => void keep(left)}>
            <Save className="icon" /> Keep all{replaced > 0 && ` (replaces ${replaced})`}
          </button>
        )}
      </header>
      <ul>
        {picturesFirst(run.made).map((file) => (
          <li key={file.path} className="made-file">
            <button type="button" className="made-look" title={file.path} onClick={() => setShown(file.path)}>
              <Thumbnail address={addressOf(session.id, run.id, file)} file={file} />
              <span className="made-name">{nameOf(file.path)}</span>
              <span className="made-size">{sizeInWords(file.bytes)}</span>
            </button>
            <KeepButton file={file} {...acts(file)} />
          </li>
        ))}
      </ul>
      {looked !== undefined && (
        <MadeView address={addressOf(session.id, run.id, looked)} file={looked} onClose={() => setShown(null)}>
          <KeepButton file={looked} {...acts(looked)} />
        </MadeView>
      )}
    </section>
  );
}

interface KeepButtonProps {
  readonly file: MadeFile;
  readonly standing: Standing;
  /** Null for who may not, or not now. */
  readonly onKeep: (() => void) | null;
  readonly onOpen: () => void;
}

const WORDS: Record<Exclude<Standing, "kept">, string> = { new: "Keep in room", other: "Replace in room" };

/** Takes a file into the room; once it is there, opens it. */
function KeepButton({ file, standing, onKeep, onOpen }: KeepButtonProps) {
  if (standing === "kept") {
    return (
      <button type="button" className="button made-act kept" aria-label={`Open ${file.path}`} onClick={onOpen}>
        <Check className="icon" /> In the room
      </button>
    );
  }
  return (
    onKeep !== null && (
      <button
        type="button"
        className="button made-act"
        aria-label={`${WORDS[standing]}: ${file.path}`}
        onClick={onKeep}
      >
        <Save className="icon" /> {WORDS[standing]}
      </button>
    )
  );
}

const ICONS: Record<MadeKind, ReactNode> = {
  image: <FileImage className="icon" aria-hidden="true" />,
  table: <Sheet className="icon" aria-hidden="true" />,
  text: <FileText className="icon" aria-hidden="true" />,
  other: <FileQuestionMark className="icon" aria-hidden="true" />,
};

/** A picture itself, or one of its kind: also where the picture cannot be had. */
function Thumbnail({ address, file }: { address: string; file: MadeFile }) {
  const [failed, setFailed] = useState<string | null>(null);
  const kind = kindOf(file);
  return (
    <span className="made-thumbnail">
      {kind === "image" && failed !== file.hash ? (
        <img src={address} alt={file.path} loading="lazy" onError={() => setFailed(file.hash)} />
      ) : (
        ICONS[kind]
      )}
    </span>
  );
}
