import { useEffect, useRef } from "react";
import type { RoomSession } from "../rooms/session";
import { useStore } from "../ui/use-store";
import type { Desk } from "./desk";
import "./editor.css";
import { type EditorMemory, type OpenEditor, openEditor } from "./editor-view";
import type { DocumentFile } from "./files";

interface EditorProps {
  readonly file: DocumentFile;
  readonly session: RoomSession;
  readonly desk: Desk;
  readonly memory: EditorMemory;
}

/** The editor of one file. React only gives it a place: what is typed never renders anything here. */
export function Editor({ file, session, desk, memory }: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<OpenEditor>(null);
  const { text, path, id } = file;
  useEffect(() => {
    if (host.current === null) {
      return;
    }
    const opened = openEditor(host.current, { id, path, text }, session, desk, memory);
    editor.current = opened;
    return () => {
      editor.current = null;
      opened.destroy();
    };
  }, [id, path, text, session, desk, memory]);
  const place = useStore(desk.state, (state) => state.place);
  useEffect(() => {
    if (place?.file === id) {
      editor.current?.goTo(place.line);
    }
  }, [place, id]);
  const proposal = useStore(desk.state, (state) => state.proposal);
  useEffect(() => {
    if (proposal?.file === id) {
      editor.current?.propose(proposal);
    }
  }, [proposal, id]);
  return <div className="editor" ref={host} />;
}
