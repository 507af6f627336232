/** The centre of a room: tabs of open files above the editor of the one in front. */
import { X } from "lucide-react";
import { type KeyboardEvent, useEffect } from "react";
import { mayWrite } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import type { Whereabout } from "../rooms/whereabouts";
import { IconButton } from "../ui/icon-button";
import { useStore } from "../ui/use-store";
import type { Desk } from "./desk";
import "./documents.css";
import { AssetView } from "./asset-view";
import { Editor } from "./editor";
import type { EditorMemory } from "./editor-view";
import { FileIcon } from "./file-icon";
import { isDocument, type RoomFile } from "./files";
import { FollowChip } from "./follow-chip";
import { nameOf } from "./tree";
import { toggleVim, vimKeys } from "./vim";

interface DocumentsProps {
  readonly session: RoomSession;
  readonly files: Store<readonly RoomFile[]>;
  readonly whereabouts: Store<readonly Whereabout[]>;
  readonly desk: Desk;
  readonly memory: EditorMemory;
}

export function Documents({ session, files: filesStore, whereabouts, desk, memory }: DocumentsProps) {
  const files = useStore(filesStore, (value) => value);
  const open = useStore(desk.state, (state) => state.open);
  const active = useStore(desk.state, (state) => state.active);
  const tabs = open.flatMap((id) => files.find((file) => file.id === id) ?? []);
  const file = files.find(({ id }) => id === active);
  const synced = useStore(session.state, (state) => state.synced);
  useForgotten(files, desk, synced);
  useShownDocument(session, active);
  return (
    <section className="documents" aria-label="Editor">
      {tabs.length > 0 && (
        <div className="documents-bar">
          <Tabs tabs={tabs} active={active} desk={desk} />
          {file !== undefined && isDocument(file) && <VimToggle />}
        </div>
      )}
      <div className="documents-body">
        {file !== undefined && !isDocument(file) ? (
          <AssetView key={file.id} room={session.id} file={file} />
        ) : file !== undefined ? (
          <Editor key={file.id} file={file} session={session} desk={desk} memory={memory} />
        ) : (
          <NothingOpen session={session} files={files} />
        )}
        <FollowChip whereabouts={whereabouts} desk={desk} files={files.filter(isDocument)} />
      </div>
    </section>
  );
}

function VimToggle() {
  const on = useStore(vimKeys, (value) => value);
  return (
    <IconButton label="Vim keys" className="vim-toggle" aria-pressed={on} onClick={toggleVim}>
      <span aria-hidden="true">vim</span>
    </IconButton>
  );
}

function Tabs({ tabs, active, desk }: { tabs: readonly RoomFile[]; active: string | null; desk: Desk }) {
  useEffect(() => {
    document.getElementById(`tab-${active}`)?.parentElement?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [active]);
  const move = (event: KeyboardEvent, index: number) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = step === undefined ? undefined : tabs[(index + step + tabs.length) % tabs.length];
    if (next !== undefined) {
      event.preventDefault();
      desk.show(next.id);
      document.getElementById(`tab-${next.id}`)?.focus();
    } else if (event.key === "Delete") {
      desk.close(tabs[index]?.id ?? "");
    }
  };
  return (
    <div className="tabs" role="tablist" aria-label="Open files">
      {tabs.map((file, index) => (
        <div key={file.id} className="tab" data-active={file.id === active}>
          <button
            type="button"
            id={`tab-${file.id}`}
            role="tab"
            aria-selected={file.id === active}
            tabIndex={file.id === active ? 0 : -1}
            title={file.path}
            onClick={() => desk.show(file.id)}
            onAuxClick={(event) => event.button === 1 && desk.close(file.id)}
            onKeyDown={(event) => move(event, index)}
          >
            <FileIcon path={file.path} />
            {nameAmong(file, tabs)}
          </button>
          <button
            type="button"
            className="tab-close"
            aria-label={`Close ${nameOf(file.path)}`}
            tabIndex={-1}
            onClick={() => desk.close(file.id)}
          >
            <X className="icon" />
          </button>
        </div>
      ))}
    </div>
  );
}

/** A name, with its folder if another tab has the same one. */
function nameAmong(file: RoomFile, tabs: readonly RoomFile[]): string {
  const name = nameOf(file.path);
  return tabs.some((other) => other !== file && nameOf(other.path) === name) ? file.path : name;
}

function NothingOpen({ session, files }: { session: RoomSession; files: readonly RoomFile[] }) {
  const writable = useStore(session.state, mayWrite);
  const synced = useStore(session.state, (state) => state.synced);
  if (!synced && files.length === 0) {
    return (
      <div className="empty">
        <span className="spinner" />
        <p>Opening the room…</p>
      </div>
    );
  }
  return (
    <div className="empty">
      <p>{files.length === 0 ? "This room is empty." : "No file is open."}</p>
      <p className="small">
        {writable
          ? "Say below the preview what you want to have, or pick a file on the left."
          : "You may look at everything here. Pick a file on the left."}
      </p>
    </div>
  );
}

/** Closes tabs of files that are gone, but not before everything is known. */
function useForgotten(files: readonly RoomFile[], desk: Desk, synced: boolean): void {
  useEffect(() => {
    if (synced) {
      desk.keep(new Set(files.map(({ id }) => id)));
    }
  }, [files, desk, synced]);
}

/** Tells the others which file is in front here. */
function useShownDocument(session: RoomSession, active: string | null): void {
  const me = useStore(session.state, (state) => state.me?.id);
  useEffect(() => {
    if (me !== undefined) {
      session.awareness.setLocalStateField("document", active);
    }
  }, [session, active, me]);
}
