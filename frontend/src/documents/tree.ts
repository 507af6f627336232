/** The files of a room as folders: pure, from the paths alone. */
import type { RoomFile } from "./files";

export type TreeNode =
  | { readonly kind: "folder"; readonly name: string; readonly path: string; readonly children: readonly TreeNode[] }
  | { readonly kind: "file"; readonly name: string; readonly path: string; readonly file: RoomFile };

/** A line of the tree as it is shown: what stands there and how deep. */
export interface TreeRow {
  readonly node: TreeNode;
  readonly level: number;
}

interface Branch {
  readonly folders: Map<string, Branch>;
  readonly files: RoomFile[];
}

/** Folders before files, each by name. `folders` are paths of folders that have nothing in them yet. */
export function treeOf(files: readonly RoomFile[], folders: Iterable<string> = []): TreeNode[] {
  const root: Branch = { folders: new Map(), files: [] };
  for (const file of files) {
    branchAt(root, file.path.split("/").slice(0, -1)).files.push(file);
  }
  for (const folder of folders) {
    branchAt(root, folder.split("/"));
  }
  return grown(root, "");
}

/** The rows that are seen while the folders in `collapsed` (by path) are shut. */
export function visibleRows(nodes: readonly TreeNode[], collapsed: ReadonlySet<string>, level = 1): TreeRow[] {
  return nodes.flatMap((node): TreeRow[] => [
    { node, level },
    ...(node.kind === "folder" && !collapsed.has(node.path) ? visibleRows(node.children, collapsed, level + 1) : []),
  ]);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function branchAt(root: Branch, parts: readonly string[]): Branch {
  let branch = root;
  for (const part of parts) {
    let next = branch.folders.get(part);
    if (next === undefined) {
      next = { folders: new Map(), files: [] };
      branch.folders.set(part, next);
    }
    branch = next;
  }
  return branch;
}

function grown(branch: Branch, prefix: string): TreeNode[] {
  const folders = [...branch.folders]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, inner]): TreeNode => {
      const path = `${prefix}${name}`;
      return { kind: "folder", name, path, children: grown(inner, `${path}/`) };
    });
  const files = branch.files
    .map((file): TreeNode => ({ kind: "file", name: nameOf(file.path), path: file.path, file }))
    .sort((a, b) => a.name.localeCompare(b.name));
  return [...folders, ...files];
}
