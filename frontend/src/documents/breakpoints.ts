/**
 * The room's breakpoints: `doc.getMap("breakpoints")`, any key → `{file, at}`, where `at` is a relative position at the
 * start of a line, so that a breakpoint stays with its line while people type, in every browser and without the server.
 * Entries that are malformed or whose file is gone are ignored, and removed with the next click (`toggle`).
 */
import * as Y from "yjs";
import type { Store } from "../rooms/state";
import { createStore } from "../rooms/store";
import type { Breakpoint } from "../wire/types";
import { type DocumentFile, freshId } from "./files";

/** As many as the server takes. */
const MOST = 200;
const LOOK_MS = 50;

export class Breakpoints {
  /** Of the files that are there, by path and line. */
  readonly all: Store<readonly Breakpoint[]>;
  /** Grows with each one that is set or taken away here. */
  readonly own = createStore(0);
  readonly #doc: Y.Doc;
  readonly #files: Store<readonly DocumentFile[]>;
  readonly #all = createStore<readonly Breakpoint[]>([]);

  constructor(doc: Y.Doc, files: Store<readonly DocumentFile[]>) {
    this.#doc = doc;
    this.#files = files;
    this.all = this.#all;
    const look = () => {
      const found = this.#read();
      if (JSON.stringify(found) !== JSON.stringify(this.#all.get())) this.#all.set(found);
    };
    let due = false;
    this.#map.observe(look);
    // Lines move with any edit. A model makes sixty a second, and editors move what they show by themselves.
    doc.on("afterTransaction", ({ changed }: Y.Transaction) => {
      if (due || this.#map.size === 0 || changed.size === 0) return;
      due = true;
      setTimeout(() => {
        due = false;
        look();
      }, LOOK_MS);
    });
    files.subscribe(look);
    look();
  }

  /** The 1-based lines of one file. */
  linesOf(path: string): number[] {
    return this.#all.get().flatMap((one) => (one.path === path ? [one.line] : []));
  }

  /** Sets a breakpoint at a 1-based line, or takes it away. False if there are too many. */
  toggle(file: DocumentFile, line: number): boolean {
    const entries = this.#entries();
    const there = entries.filter((one) => one.file.id === file.id && one.line === line);
    if (there.length === 0 && entries.length >= MOST) return false;
    const files = this.#filesById();
    const dead = [...this.#map].flatMap(([key, entry]) => (placeOf(entry, files) === null ? { key } : []));
    this.#doc.transact(() => {
      for (const { key } of [...dead, ...there]) this.#map.delete(key);
      if (there.length === 0) {
        const at = Y.createRelativePositionFromTypeIndex(file.text, startOf(file.text.toString(), line));
        this.#map.set(freshId(), {
          file: file.id,
          at: Y.relativePositionToJSON(at),
        });
      }
    });
    this.own.set(this.own.get() + 1);
    return true;
  }

  get #map(): Y.Map<unknown> {
    return this.#doc.getMap("breakpoints");
  }

  #read(): Breakpoint[] {
    const lines = new Map<string, Breakpoint>();
    for (const { file, line } of this.#entries()) lines.set(`${file.path}:${line}`, { path: file.path, line });
    return [...lines.values()].sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
  }

  #entries(): { key: string; file: DocumentFile; line: number }[] {
    const files = this.#filesById();
    const texts = new Map<string, string>();
    const found: { key: string; file: DocumentFile; line: number }[] = [];
    for (const [key, entry] of this.#map) {
      const place = placeOf(entry, files);
      if (place === null) continue;
      const { file, index } = place;
      const text = texts.get(file.id) ?? file.text.toString();
      texts.set(file.id, text);
      found.push({ key, file, line: lineOf(text, index) });
      if (found.length === MOST) break;
    }
    return found;
  }

  #filesById(): ReadonlyMap<string, DocumentFile> {
    return new Map(this.#files.get().map((file) => [file.id, file]));
  }
}

/** Where an entry stands; null if it is malformed or its file is gone. */
function placeOf(
  entry: unknown,
  files: ReadonlyMap<string, DocumentFile>,
): { readonly file: DocumentFile; readonly index: number } | null {
  const { file: id, at } = (entry ?? {}) as { file?: unknown; at?: unknown };
  const file = typeof id === "string" ? files.get(id) : undefined;
  const index = file === undefined || typeof at !== "object" || at === null ? null : indexIn(file.text, at);
  return file === undefined || index === null ? null : { file, index };
}

function indexIn(text: Y.Text, at: object): number | null {
  try {
    const position = Y.createRelativePositionFromJSON(at);
    const found = text.doc === null ? null : Y.createAbsolutePositionFromRelativePosition(position, text.doc);
    return found?.type === text ? found.index : null;
  } catch {
    return null; // It names no item that could be.
  }
}

function lineOf(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < index; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

function startOf(text: string, line: number): number {
  let at = 0;
  for (let passed = 1; passed < line; passed++) {
    const next = text.indexOf("\n", at);
    if (next < 0) return at;
    at = next + 1;
  }
  return at;
}
