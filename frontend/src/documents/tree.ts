/** The files of a room as folders: pure, from the paths alone. */
import type { DocumentFile } from "./files";

export type TreeNode =
  | { readonly kind: "folder"; readonly name: string; readonly path: string; readonly children: readonly TreeNode[] }
  | { readonly kind: "file"; readonly name: string; readonly path: string; readonly file: DocumentFile };

/** A line of the tree as it is shown: what stands there and how deep. */
export interface TreeRow {
  readonly node: TreeNode;
  readonly level: number;
}

interface Branch {
  readonly folders: Map<string, Branch>;
  readonly files: DocumentFile[];
}

/** Folders before files, each by name. */
export function treeOf(files: readonly DocumentFile[]): TreeNode[] {
  const root: Branch = { folders: new Map(), files: [] };
  for (const file of files) {
    let branch = root;
    for (const part of file.path.split("/").slice(0, -1)) {
      let next = branch.folders.get(part);
      if (next === undefined) {
        next = { folders: new Map(), files: [] };
        branch.folders.set(part, next);
      }
      branch = next;
    }
    branch.files.push(file);
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
