/**
 * The files of a room, read from its document: `doc.getMap("files")`, file id → `Y.Map {path, text}` for a document, or
 * `Y.Map {path, asset}` for a binary file, whose bytes the server keeps under that hash. What has neither form is ignored.
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

export interface AssetFile {
  readonly id: string;
  readonly path: string;
  /** SHA-256 of its bytes. */
  readonly asset: string;
}

export type RoomFile = DocumentFile | AssetFile;

const ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
const ID_LENGTH = 16;
const HASH = /^[0-9a-f]{64}$/;

export function isDocument(file: RoomFile): file is DocumentFile {
  return "text" in file;
}

/** The room's files, ordered by path; changes when one is made, renamed or removed, never when text is typed. */
export function watchAllFiles(doc: Y.Doc): Store<readonly RoomFile[]> {
  const files = filesOf(doc);
  const store = createStore<readonly RoomFile[]>(read(files));
  files.observeDeep((events) => {
    if (events.some((event) => event.target instanceof Y.Map)) {
      store.set(read(files));
    }
  });
  return store;
}

/** The room's documents, ordered by path, as `watchAllFiles`. */
export function watchFiles(doc: Y.Doc): Store<readonly DocumentFile[]> {
  return documentsOf(watchAllFiles(doc));
}

/** Those of `files` that are documents. */
export function documentsOf(files: Store<readonly RoomFile[]>): Store<readonly DocumentFile[]> {
  const store = createStore<readonly DocumentFile[]>(files.get().filter(isDocument));
  files.subscribe(() => store.set(files.get().filter(isDocument)));
  return store;
}

/** What a file is made of: the text of a document, or the hash of a binary file's bytes. */
export type Content = { readonly text: string } | { readonly asset: string };

export interface NewFile {
  readonly path: string;
  readonly content: Content;
  /** The id to give it again; a fresh one otherwise. */
  readonly id?: string;
}

/** Makes files in one step and answers their ids. */
export function createFiles(doc: Y.Doc, made: readonly NewFile[]): string[] {
  return doc.transact(() =>
    made.map(({ path, content, id = freshId() }) => {
      const entry = new Y.Map<unknown>();
      entry.set("path", path);
      if ("text" in content) {
        entry.set("text", new Y.Text(content.text));
      } else {
        entry.set("asset", content.asset);
      }
      filesOf(doc).set(id, entry);
      return id;
    }),
  );
}

/** Makes an empty document and answers its id. */
export function createFile(doc: Y.Doc, path: string): string {
  return createFiles(doc, [{ path, content: { text: "" } }])[0] ?? "";
}

export function renameFile(doc: Y.Doc, id: string, path: string): void {
  const entry = filesOf(doc).get(id);
  if (entry instanceof Y.Map) {
    entry.set("path", path);
  }
}

/** Gives files other paths in one step. */
export function renameFiles(doc: Y.Doc, renamed: readonly { readonly id: string; readonly path: string }[]): void {
  doc.transact(() => {
    for (const { id, path } of renamed) {
      renameFile(doc, id, path);
    }
  });
}

export function deleteFile(doc: Y.Doc, id: string): void {
  filesOf(doc).delete(id);
}

/** Removes files in one step. Answers what brings them back, under their ids and with the text that they had. */
export function deleteFiles(doc: Y.Doc, files: readonly RoomFile[]): () => void {
  const removed = files.map((file) => ({ id: file.id, path: file.path, content: contentOf(file) }));
  doc.transact(() => {
    for (const { id } of files) {
      deleteFile(doc, id);
    }
  });
  return () => {
    createFiles(
      doc,
      removed.filter(({ id }) => !filesOf(doc).has(id)),
    );
  };
}

export function contentOf(file: RoomFile): Content {
  return isDocument(file) ? { text: file.text.toString() } : { asset: file.asset };
}

/** Makes a text equal `next` by one edit, which leaves alone what is the same at both ends. */
export function replaceText(text: Y.Text, next: string): void {
  const before = text.toString();
  const shorter = Math.min(before.length, next.length);
  let start = 0;
  while (start < shorter && before[start] === next[start]) {
    start += 1;
  }
  // Never between the two halves of a character.
  if (/[\ud800-\udbff]/.test(before[start - 1] ?? "")) {
    start -= 1;
  }
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === next.at(-1 - end)) {
    end += 1;
  }
  if (end > 0 && /[\udc00-\udfff]/.test(before.at(-end) ?? "")) {
    end -= 1;
  }
  const change = () => {
    text.delete(start, before.length - start - end);
    text.insert(start, next.slice(start, next.length - end));
  };
  if (before !== next) {
    text.doc?.transact(change);
  }
}

function filesOf(doc: Y.Doc): Y.Map<unknown> {
  return doc.getMap("files");
}

function read(files: Y.Map<unknown>): RoomFile[] {
  const parts = new Map<string, { readonly text: Y.Text } | { readonly asset: string }>();
  const paths = new Map<string, string>();
  for (const [id, entry] of files) {
    if (entry instanceof Y.Map) {
      const path: unknown = entry.get("path");
      const text: unknown = entry.get("text");
      const asset: unknown = entry.get("asset");
      const part =
        text instanceof Y.Text ? { text } : typeof asset === "string" && HASH.test(asset) ? { asset } : undefined;
      if (typeof path === "string" && part !== undefined) {
        parts.set(id, part);
        paths.set(id, path);
      }
    }
  }
  const shown = [...shownPaths(paths)].flatMap(([id, path]): RoomFile[] => {
    const part = parts.get(id);
    return part === undefined ? [] : [{ id, path, ...part }];
  });
  return shown.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** An id that nobody else has made. */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(ID_LENGTH));
  return [...bytes].map((byte) => ID_ALPHABET[byte % ID_ALPHABET.length]).join("");
}
