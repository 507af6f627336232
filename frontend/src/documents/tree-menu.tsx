/** What can be done to a file or folder, the same in the menu behind its dots and in the one at the pointer. */
import { Copy, Download, FilePlus2, FolderPlus, Pencil, Trash2 } from "lucide-react";
import { ContextMenu, DropdownMenu } from "radix-ui";
import { fileAddress } from "./addresses";
import { nameOf, type TreeNode } from "./tree";
import type { TreeActions } from "./tree-actions";

export interface TreeMenuProps {
  readonly room: string;
  readonly node: TreeNode;
  readonly actions: TreeActions;
  readonly writable: boolean;
  readonly onNew: (kind: "file" | "folder", folder: string) => void;
  readonly onRename: (node: TreeNode) => void;
}

interface Kind {
  readonly Item: typeof ContextMenu.Item | typeof DropdownMenu.Item;
}

export const AT_POINTER: Kind = { Item: ContextMenu.Item };
export const AT_DOTS: Kind = { Item: DropdownMenu.Item };

export function TreeMenuItems({ room, node, actions, writable, onNew, onRename, Item }: TreeMenuProps & Kind) {
  return (
    <>
      {node.kind === "folder" && writable && (
        <>
          <Item className="menu-item" onSelect={() => onNew("file", node.path)}>
            <FilePlus2 className="icon" /> New file here
          </Item>
          <Item className="menu-item" onSelect={() => onNew("folder", node.path)}>
            <FolderPlus className="icon" /> New folder here
          </Item>
        </>
      )}
      {writable && (
        <>
          <Item className="menu-item" onSelect={() => onRename(node)}>
            <Pencil className="icon" /> Rename or move <kbd>F2</kbd>
          </Item>
          <Item className="menu-item" onSelect={() => actions.duplicate(node.path)}>
            <Copy className="icon" /> Duplicate
          </Item>
        </>
      )}
      {node.kind === "file" && (
        <Item className="menu-item" asChild>
          <a href={fileAddress(room, node.path)} download={nameOf(node.path)}>
            <Download className="icon" /> Download
          </a>
        </Item>
      )}
      {writable && (
        <Item className="menu-item danger" onSelect={() => actions.remove(node.path)}>
          <Trash2 className="icon" /> Delete <kbd>Del</kbd>
        </Item>
      )}
    </>
  );
}
