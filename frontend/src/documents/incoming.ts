/** What becomes of files that come in from outside: pure, apart from the texts themselves. */
import type { Limits } from "../wire/types";
import { conflict, freePath } from "./places";
import { foldPath, pathProblem } from "./shown-paths";

/** A file of a room as far as its place counts. */
interface Placed {
  readonly id: string;
  readonly path: string;
}

/** Where a file goes: `over` is the id of the one that it replaces. */
export interface Place {
  readonly path: string;
  readonly over: string | null;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const PDF = "%PDF-";

/** The text of a file that can be a document; null for one that has to be kept as its bytes. As the server decides. */
export function textOf(bytes: Uint8Array, limits: Pick<Limits, "document_bytes">): string | null {
  if (bytes.length > limits.document_bytes || bytes.includes(0)) {
    return null;
  }
  try {
    const text = decoder.decode(bytes);
    return text.startsWith(PDF) ? null : text;
  } catch {
    return null;
  }
}

/** The paths among `wanted` at which there is a file already. */
export function occupied(files: readonly Placed[], wanted: readonly string[]): string[] {
  const taken = new Set(files.map(({ path }) => foldPath(path)));
  return wanted.filter((path) => taken.has(foldPath(path)));
}

/** Finds a place for each path: over the file that is there, or beside it. Those without one come with the reason. */
export function placesFor(
  files: readonly Placed[],
  wanted: readonly string[],
  replace: boolean,
): (Place | { readonly problem: string })[] {
  const paths = files.map(({ path }) => path);
  return wanted.map((path) => {
    const problem = pathProblem(path);
    if (problem !== null) {
      return { problem };
    }
    const there = files.find((file) => foldPath(file.path) === foldPath(path));
    if (there !== undefined && replace) {
      return { path: there.path, over: there.id };
    }
    const free = paths.some((other) => foldPath(other) === foldPath(path)) ? freePath(paths, path) : path;
    const inTheWay = conflict(paths, free);
    if (inTheWay !== null) {
      return { problem: inTheWay };
    }
    paths.push(free);
    return { path: free, over: null };
  });
}
