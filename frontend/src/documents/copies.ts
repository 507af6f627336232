/** What a copy of a room holds that the room does not, and how it comes back: as files of its own, beside the others. */
import * as Y from "yjs";
import { countChanges } from "../rooms/line-diff";
import type { Limits } from "../wire/types";
import { createFile, type DocumentFile, watchFiles } from "./files";
import { pathProblem } from "./shown-paths";

export interface CopiedDocument {
  readonly path: string;
  readonly text: string;
  /** How it differs from the room's document of that path, in lines; null if there is none. */
  readonly changes: { readonly added: number; readonly removed: number } | null;
}

/**
 * The documents of `copy` that hold text which `room` has never had, or not any more than in its name: both have one
 * history, up to where the copy was left behind. A copy that is merely old has none.
 */
export function documentsMissing(copy: Y.Doc, room: Y.Doc): CopiedDocument[] {
  const known = Y.decodeStateVector(Y.encodeStateVector(room));
  const present = new Map(
    watchFiles(room)
      .get()
      .map(({ path, text }) => [path, text.toString()]),
  );
  const texts = new Set(present.values());
  return watchFiles(copy)
    .get()
    .filter(({ text }) => holdsUnknown(text, known) && !texts.has(text.toString()))
    .map(({ path, text }) => {
      const now = present.get(path);
      return { path, text: text.toString(), changes: now === undefined ? null : countChanges(now, text.toString()) };
    });
}

/** All documents of `doc`, as files to take away. */
export function documentsOf(doc: Y.Doc): CopiedDocument[] {
  return watchFiles(doc)
    .get()
    .map(({ path, text }) => ({ path, text: text.toString(), changes: null }));
}

/** Makes `name (your copy).ext` in the room, and answers its path. */
export function addCopy(doc: Y.Doc, { path, text }: CopiedDocument): string {
  const wanted = copyPath(path);
  doc.transact(() => {
    const id = createFile(doc, wanted);
    const entry = doc.getMap("files").get(id);
    const made: unknown = entry instanceof Y.Map ? entry.get("text") : null;
    if (made instanceof Y.Text) {
      made.insert(0, text);
    }
  });
  return wanted;
}

/** Why the room cannot take a copy, in words for people; null if it can. Beyond its limits the server closes. */
export function copyProblem(files: readonly DocumentFile[], limits: Limits, { text }: CopiedDocument): string | null {
  const size = bytesOf(text);
  const held = files.reduce((sum, file) => sum + bytesOf(file.text.toString()), 0);
  if (size > limits.document_bytes) {
    return `A document holds at most ${limits.document_bytes.toLocaleString("en")} bytes: download it instead.`;
  }
  if (files.length >= limits.documents) {
    return `A room holds at most ${limits.documents.toLocaleString("en")} documents: download it instead.`;
  }
  if (held + size > limits.room_bytes) {
    return "The room has no space for it: download it instead.";
  }
  return null;
}

/** `a/b.js` → `a/b (your copy).js`. */
export function copyPath(path: string): string {
  const slash = path.lastIndexOf("/") + 1;
  const name = path.slice(slash);
  const dot = name.lastIndexOf(".");
  const at = dot < 1 ? name.length : dot;
  const wanted = `${path.slice(0, slash)}${name.slice(0, at)} (your copy)${name.slice(at)}`;
  return pathProblem(wanted) === null ? wanted : "your copy";
}

/** True if some of what is seen in `text` was written after what `known` counts of each client. */
function holdsUnknown(text: Y.Text, known: ReadonlyMap<number, number>): boolean {
  for (let item = text._start; item !== null; item = item.right) {
    if (!item.deleted && item.countable && item.id.clock + item.length > (known.get(item.id.client) ?? 0)) {
      return true;
    }
  }
  return false;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
