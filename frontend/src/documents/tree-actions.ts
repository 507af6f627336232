/** What people do to the files in the tree. Everything is an edit of the room's document; a toast takes a deletion back. */
import type * as Y from "yjs";
import type { RoomState, Store } from "../rooms/state";
import type { WritableStore } from "../rooms/store";
import { notify } from "../ui/toasts";
import type { Desk } from "./desk";
import {
  contentOf,
  createFile,
  createFiles,
  deleteFiles,
  isDocument,
  type NewFile,
  type RoomFile,
  renameFiles,
} from "./files";
import { conflict, filesAt, freePath, movesProblem, movesTo, within } from "./places";
import { pathProblem } from "./shown-paths";
import { nameOf } from "./tree";

/** What this browser knows of the tree beside the files: folders that are shut, and those with nothing in them yet. */
export interface TreeState {
  readonly collapsed: ReadonlySet<string>;
  readonly folders: readonly string[];
}

const encoder = new TextEncoder();

export class TreeActions {
  constructor(
    private readonly doc: Y.Doc,
    private readonly room: Store<RoomState>,
    private readonly files: Store<readonly RoomFile[]>,
    private readonly tree: WritableStore<TreeState>,
    private readonly desk: Desk,
  ) {}

  /** Why there can be no new file or folder of this path; null if there can. */
  newProblem(path: string): string | null {
    return (
      pathProblem(path) ??
      conflict(
        this.files.get().map((file) => file.path),
        path,
      )
    );
  }

  /** Why what is at `from` cannot get the path `to`; null if it can. */
  moveProblem(from: string, to: string): string | null {
    const moves = movesTo(this.files.get(), from, to);
    return pathProblem(to) ?? movesProblem(this.files.get(), moves);
  }

  newFile(path: string): void {
    if (this.#hasRoomFor(1, 0)) {
      this.desk.show(createFile(this.doc, path));
    }
  }

  /** A folder is there as long as something is in it; until then it is shown here alone. */
  newFolder(path: string): void {
    this.#set({ folders: [...this.tree.get().folders.filter((folder) => folder !== path), path] });
  }

  toggle(path: string, shut = !this.tree.get().collapsed.has(path)): void {
    const collapsed = new Set(this.tree.get().collapsed);
    if (shut) {
      collapsed.add(path);
    } else {
      collapsed.delete(path);
    }
    this.#set({ collapsed });
  }

  /** Gives a file, or a folder with all that is in it, another path. */
  rename(from: string, to: string): void {
    const problem = this.moveProblem(from, to);
    if (problem !== null) {
      notify(problem, "error");
      return;
    }
    const moved = (path: string) =>
      path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path;
    renameFiles(this.doc, movesTo(this.files.get(), from, to));
    this.#set({
      folders: this.tree.get().folders.map(moved),
      collapsed: new Set([...this.tree.get().collapsed].map(moved)),
    });
  }

  /** Puts a file or a folder into `folder`; "" is the top. */
  moveInto(folder: string, path: string): void {
    const to = within(folder, path);
    if (to !== path && folder !== path && !folder.startsWith(`${path}/`)) {
      this.rename(path, to);
    }
  }

  duplicate(path: string): void {
    const all = this.files.get();
    const to = freePath(
      all.map((file) => file.path),
      path,
    );
    const made = filesAt(all, path).map(
      (file): NewFile => ({ path: to + file.path.slice(path.length), content: contentOf(file) }),
    );
    if (this.#hasRoomFor(made.length, bytesOf(filesAt(all, path)))) {
      const [first] = createFiles(this.doc, made);
      if (made.length === 1 && first !== undefined) {
        this.desk.show(first);
      }
    }
  }

  remove(path: string): void {
    const gone = filesAt(this.files.get(), path);
    this.#set({ folders: this.tree.get().folders.filter((folder) => `${folder}/`.startsWith(`${path}/`) === false) });
    if (gone.length > 0) {
      const bringBack = deleteFiles(this.doc, gone);
      const what = gone.length === 1 ? nameOf(gone[0]?.path ?? path) : `${nameOf(path)} (${gone.length} files)`;
      notify(`Deleted ${what}.`, "info", { label: "Undo", run: bringBack });
    }
  }

  /** The server would close the socket of who writes more than the room takes. */
  #hasRoomFor(files: number, bytes: number): boolean {
    const limits = this.room.get().room?.limits;
    const all = this.files.get();
    if (limits !== undefined && all.length + files > limits.documents) {
      notify(`A room holds at most ${limits.documents.toLocaleString("en")} files.`, "error");
      return false;
    }
    if (limits !== undefined && bytes > 0 && bytesOf(all) + bytes > limits.room_bytes) {
      notify(`A room holds at most ${limits.room_bytes.toLocaleString("en")} bytes of text.`, "error");
      return false;
    }
    return true;
  }

  #set(change: Partial<TreeState>): void {
    this.tree.set({ ...this.tree.get(), ...change });
  }
}

/** Bytes of text. */
export function bytesOf(files: readonly RoomFile[]): number {
  return files.reduce((sum, file) => sum + (isDocument(file) ? encoder.encode(file.text.toString()).length : 0), 0);
}
