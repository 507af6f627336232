/** The files of a room as a tree: opens, makes, renames and deletes them, and shows who is in which. */
import { ChevronDown, ChevronRight, Ellipsis, FilePlus2, Pencil, Sparkles, Trash2 } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { mayWrite } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import type { Whereabout } from "../rooms/whereabouts";
import { Dialog } from "../ui/dialog";
import { IconButton } from "../ui/icon-button";
import { useStore } from "../ui/use-store";
import type { Desk } from "./desk";
import { FileIcon } from "./file-icon";
import "./file-tree.css";
import { createFile, type DocumentFile, deleteFile, renameFile } from "./files";
import { PathDialog } from "./path-dialog";
import { type TreeNode, treeOf, visibleRows } from "./tree";

interface FileTreeProps {
  readonly session: RoomSession;
  readonly files: Store<readonly DocumentFile[]>;
  readonly whereabouts: Store<readonly Whereabout[]>;
  readonly desk: Desk;
  /** Called when a file was opened, for layouts in which the tree covers the editor. */
  readonly onOpened?: () => void;
}

type Question = { kind: "new"; folder: string } | { kind: "rename" | "delete"; file: DocumentFile };

export function FileTree({ session, files: filesStore, whereabouts, desk, onOpened }: FileTreeProps) {
  const files = useStore(filesStore, (value) => value);
  const people = useStore(whereabouts, (value) => value);
  const active = useStore(desk.state, (state) => state.active);
  const writable = useStore(session.state, mayWrite);
  const synced = useStore(session.state, (state) => state.synced);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState<string | null>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const tree = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => visibleRows(treeOf(files), collapsed), [files, collapsed]);
  const tabStop = rows.some(({ node }) => node.path === focused) ? focused : rows[0]?.node.path;

  const toggle = (path: string, shut = !collapsed.has(path)) => {
    const next = new Set(collapsed);
    if (shut) {
      next.add(path);
    } else {
      next.delete(path);
    }
    setCollapsed(next);
  };
  const open = (node: TreeNode) => {
    if (node.kind === "folder") {
      toggle(node.path);
    } else {
      desk.show(node.file.id);
      onOpened?.();
    }
  };
  const focusRow = (index: number) => {
    const row = rows[Math.max(0, Math.min(index, rows.length - 1))];
    if (row !== undefined) {
      setFocused(row.node.path);
      tree.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(row.node.path)}"]`)?.focus();
    }
  };
  const press = (event: KeyboardEvent, index: number, node: TreeNode) => {
    if (event.target !== event.currentTarget) {
      return;
    }
    const act = actionOf(event.key, {
      up: () => focusRow(index - 1),
      down: () => focusRow(index + 1),
      first: () => focusRow(0),
      last: () => focusRow(rows.length - 1),
      open: () => open(node),
      left: () =>
        node.kind === "folder" && !collapsed.has(node.path)
          ? toggle(node.path, true)
          : focusRow(rows.findIndex((row) => node.path.startsWith(`${row.node.path}/`))),
      right: () =>
        node.kind === "folder" && (collapsed.has(node.path) ? toggle(node.path, false) : focusRow(index + 1)),
      rename: () => node.kind === "file" && writable && setQuestion({ kind: "rename", file: node.file }),
      remove: () => node.kind === "file" && writable && setQuestion({ kind: "delete", file: node.file }),
    });
    if (act !== undefined) {
      event.preventDefault();
      act();
    }
  };

  return (
    <nav className="file-tree" aria-label="Files">
      <header>
        <h2>Files</h2>
        {writable && (
          <IconButton label="New file" onClick={() => setQuestion({ kind: "new", folder: folderOf(files, active) })}>
            <FilePlus2 className="icon" />
          </IconButton>
        )}
      </header>
      <div role="tree" aria-label="Files of this room" ref={tree}>
        {rows.map(({ node, level }, index) => (
          <div
            key={node.path}
            role="treeitem"
            aria-level={level}
            aria-label={node.name}
            aria-selected={node.kind === "file" && node.file.id === active}
            {...(node.kind === "folder" ? { "aria-expanded": !collapsed.has(node.path) } : {})}
            tabIndex={node.path === tabStop ? 0 : -1}
            data-path={node.path}
            className="tree-row"
            style={{ paddingInlineStart: 6 + (level - 1) * 14 }}
            onClick={() => open(node)}
            onFocus={() => setFocused(node.path)}
            onKeyDown={(event) => press(event, index, node)}
          >
            {node.kind === "folder" ? (
              collapsed.has(node.path) ? (
                <ChevronRight className="icon" />
              ) : (
                <ChevronDown className="icon" />
              )
            ) : (
              <FileIcon path={node.path} />
            )}
            <span className="tree-name" title={node.path}>
              {node.name}
            </span>
            {node.kind === "file" && <Visitors people={people.filter(({ document }) => document === node.file.id)} />}
            {node.kind === "file" && writable && (
              <FileMenu
                name={node.name}
                onRename={() => setQuestion({ kind: "rename", file: node.file })}
                onDelete={() => setQuestion({ kind: "delete", file: node.file })}
              />
            )}
          </div>
        ))}
      </div>
      {files.length === 0 && (
        <p className="small muted tree-empty">
          {synced ? "No files yet. Ask for something, or make one with the button above." : "Loading…"}
        </p>
      )}
      {question?.kind === "new" && (
        <PathDialog
          title="New file"
          action="Create"
          initial={question.folder}
          files={files}
          onDone={(path) => {
            desk.show(createFile(session.doc, path));
            onOpened?.();
          }}
          onClose={() => setQuestion(null)}
        />
      )}
      {question?.kind === "rename" && (
        <PathDialog
          title={`Rename ${question.file.path}`}
          action="Rename"
          initial={question.file.path}
          files={files}
          onDone={(path) => renameFile(session.doc, question.file.id, path)}
          onClose={() => setQuestion(null)}
        />
      )}
      {question?.kind === "delete" && (
        <Dialog title={`Delete ${question.file.path}?`} onClose={() => setQuestion(null)}>
          <p className="small muted">It is deleted for everybody in the room.</p>
          <div className="dialog-actions">
            <button type="button" className="button quiet" onClick={() => setQuestion(null)}>
              Cancel
            </button>
            <button
              type="button"
              className="button danger"
              onClick={() => {
                deleteFile(session.doc, question.file.id);
                setQuestion(null);
              }}
            >
              Delete
            </button>
          </div>
        </Dialog>
      )}
    </nav>
  );
}

function Visitors({ people }: { people: readonly Whereabout[] }) {
  return people.map(({ client, user }) => (
    <span
      key={client}
      className={user.model ? "visitor writing" : "visitor"}
      style={user.model ? { color: user.color } : { background: user.color }}
      role="img"
      aria-label={user.model ? `${user.name} is writing here` : `${user.name} is here`}
      title={user.model ? `${user.name} is writing here` : `${user.name} is here`}
    >
      {user.model && <Sparkles className="icon" />}
    </span>
  ));
}

function FileMenu({ name, onRename, onDelete }: { name: string; onRename: () => void; onDelete: () => void }) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <IconButton label={`Actions for ${name}`} className="tree-more" onClick={(event) => event.stopPropagation()}>
          <Ellipsis className="icon" />
        </IconButton>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" onClick={(event) => event.stopPropagation()}>
          <DropdownMenu.Item className="menu-item" onSelect={onRename}>
            <Pencil className="icon" /> Rename
          </DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item danger" onSelect={onDelete}>
            <Trash2 className="icon" /> Delete
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface TreeActions {
  up(): unknown;
  down(): unknown;
  first(): unknown;
  last(): unknown;
  open(): unknown;
  left(): unknown;
  right(): unknown;
  rename(): unknown;
  remove(): unknown;
}

/** The keys of a tree, as assistive technology expects them. */
function actionOf(key: string, actions: TreeActions): (() => unknown) | undefined {
  const keys: Readonly<Record<string, keyof TreeActions>> = {
    ArrowUp: "up",
    ArrowDown: "down",
    Home: "first",
    End: "last",
    Enter: "open",
    " ": "open",
    ArrowLeft: "left",
    ArrowRight: "right",
    F2: "rename",
    Delete: "remove",
  };
  const name = keys[key];
  return name === undefined ? undefined : actions[name];
}

/** A new file goes beside the one that is open. */
function folderOf(files: readonly DocumentFile[], active: string | null): string {
  const path = files.find((file) => file.id === active)?.path ?? "";
  return path.slice(0, path.lastIndexOf("/") + 1);
}
