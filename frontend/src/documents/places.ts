/** Where files may go beside the others: pure, from the paths alone. */
import type { RoomFile } from "./files";
import { foldPath, numbered, pathProblem } from "./shown-paths";

/** A file and the path that it is to have. */
export interface Move {
  readonly id: string;
  readonly path: string;
}

/** Why a file cannot be called `path` beside `paths`, in words for people; null if it can. */
export function conflict(paths: Iterable<string>, path: string): string | null {
  const wanted = foldPath(path);
  for (const other of paths) {
    const taken = foldPath(other);
    if (taken === wanted) {
      return other === path
        ? `There is a file “${other}”.`
        : `There is a file “${other}”: names differ by more than case.`;
    }
    if (wanted.startsWith(`${taken}/`)) {
      return `“${other}” is a file, not a folder.`;
    }
    if (taken.startsWith(`${wanted}/`)) {
      return `There is a folder “${path}”.`;
    }
  }
  return null;
}

/** `path`, or the first numbered one beside `paths` that is free: `name (2).ext` and so on. */
export function freePath(paths: readonly string[], path: string): string {
  let free = path;
  for (let number = 2; conflict(paths, free) !== null; number += 1) {
    free = numbered(path, number);
  }
  return free;
}

/** The files in a folder, at any depth; the file itself for a file's path. */
export function filesAt<File extends { readonly path: string }>(files: readonly File[], path: string): File[] {
  return files.filter((file) => file.path === path || file.path.startsWith(`${path}/`));
}

/** What gives everything at `from` (a file or a folder) the path `to`. */
export function movesTo(files: readonly RoomFile[], from: string, to: string): Move[] {
  return filesAt(files, from).map(({ id, path }) => ({ id, path: to + path.slice(from.length) }));
}

/** Why these moves cannot be made, in words for people; null if they can. */
export function movesProblem(files: readonly RoomFile[], moves: readonly Move[]): string | null {
  const moving = new Set(moves.map(({ id }) => id));
  const staying = files.filter(({ id }) => !moving.has(id)).map(({ path }) => path);
  for (const { path } of moves) {
    const problem = pathProblem(path) ?? conflict(staying, path);
    if (problem !== null) {
      return problem;
    }
  }
  return null;
}

/** The path of what is called `path` now, inside `folder` ("" for the top). */
export function within(folder: string, path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return folder === "" ? name : `${folder}/${name}`;
}

/** The folder that a path stands in; "" for the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
