/**
 * The files of a room, read from its document: `doc.getMap("files")`, file id → `Y.Map {path, text}`. What does not
 * have that form is ignored.
 */
import * as Y from "yjs";
import type { Store } from "../rooms/state";
import { createStore } from "../rooms/store";
import { shownPaths } from "./shown-paths";

export interface DocumentFile {
  readonly id: string;
  /** As it is shown: unique in the room. */
  readonly path: string;
  readonly text: Y.Text;
}

const ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
const ID_LENGTH = 16;

/** The room's files, ordered by path; changes when one is made, renamed or removed, never when text is typed. */
export function watchFiles(doc: Y.Doc): Store<readonly DocumentFile[]> {
  const files = filesOf(doc);
  const store = createStore<readonly DocumentFile[]>(read(files));
  files.observeDeep((events) => {
    if (events.some((event) => event.target instanceof Y.Map)) {
      store.set(read(files));
    }
  });
  return store;
}

/** Makes an empty file and answers its id. */
export function createFile(doc: Y.Doc, path: string): string {
  const id = freshId();
  doc.transact(() => {
    const entry = new Y.Map<unknown>();
    entry.set("path", path);
    entry.set("text", new Y.Text());
    filesOf(doc).set(id, entry);
  });
  return id;
}

export function renameFile(doc: Y.Doc, id: string, path: string): void {
  const entry = filesOf(doc).get(id);
  if (entry instanceof Y.Map) {
    entry.set("path", path);
  }
}

export function deleteFile(doc: Y.Doc, id: string): void {
  filesOf(doc).delete(id);
}

function filesOf(doc: Y.Doc): Y.Map<unknown> {
  return doc.getMap("files");
}

function read(files: Y.Map<unknown>): DocumentFile[] {
  const texts = new Map<string, Y.Text>();
  const paths = new Map<string, string>();
  for (const [id, entry] of files) {
    if (entry instanceof Y.Map) {
      const path: unknown = entry.get("path");
      const text: unknown = entry.get("text");
      if (typeof path === "string" && text instanceof Y.Text) {
        texts.set(id, text);
        paths.set(id, path);
      }
    }
  }
  const shown = [...shownPaths(paths)].flatMap(([id, path]): DocumentFile[] => {
    const text = texts.get(id);
    return text === undefined ? [] : [{ id, path, text }];
  });
  return shown.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(ID_LENGTH));
  return [...bytes].map((byte) => ID_ALPHABET[byte % ID_ALPHABET.length]).join("");
}
