/** The files of a room as a tree: opens, makes, moves and deletes them, takes in what is dropped, and shows who is where. */
import { ContextMenu } from "radix-ui";
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, useMemo, useRef, useState } from "react";
import { mayWrite } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import { notifyError } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import { chosenFiles, type Dropped, droppedFiles } from "./dropped";
import "./file-tree.css";
import { occupied } from "./incoming";
import { folderOf } from "./places";
import { type TreeNode, type TreeRow, treeOf, visibleRows } from "./tree";
import { TreeHeader } from "./tree-header";
import { actionOf } from "./tree-keys";
import { AT_POINTER, TreeMenuItems } from "./tree-menu";
import { type TreeQuestion, TreeQuestions } from "./tree-questions";
import { TreeRowView } from "./tree-row";
import { UploadList } from "./upload-list";
import type { Workspace } from "./workspace";

interface FileTreeProps {
  readonly session: RoomSession;
  readonly workspace: Workspace;
  /** Called when a file was opened, for layouts in which the tree covers the editor. */
  readonly onOpened?: () => void;
}

/** What a row of the tree is while it is dragged. */
const DRAGGED = "application/x-sparkroom-path";

export function FileTree({ session, workspace, onOpened = () => {} }: FileTreeProps) {
  const { allFiles, whereabouts, desk, actions, uploads } = workspace;
  const files = useStore(allFiles, (value) => value);
  const people = useStore(whereabouts, (value) => value);
  const active = useStore(desk.state, (state) => state.active);
  const writable = useStore(session.state, mayWrite);
  const synced = useStore(session.state, (state) => state.synced);
  const { collapsed, folders } = useStore(workspace.tree, (state) => state);
  const [focused, setFocused] = useState<string | null>(null);
  const [question, setQuestion] = useState<TreeQuestion | null>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  const [target, setTarget] = useState<string | null>(null);
  const tree = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => visibleRows(treeOf(files, folders), collapsed), [files, folders, collapsed]);
  const tabStop = rows.some(({ node }) => node.path === focused) ? focused : rows[0]?.node.path;
  const menuNode = rows.find(({ node }) => node.path === pointed)?.node ?? null;

  const open = (node: TreeNode) => {
    if (node.kind === "folder") {
      actions.toggle(node.path);
    } else {
      desk.show(node.file.id);
      onOpened();
    }
  };
  const take = async (dropped: readonly Dropped[], replace: boolean) => {
    const first = await uploads.add(dropped, replace);
    const file = allFiles.get().find(({ path }) => path === first);
    if (dropped.length === 1 && file !== undefined) {
      desk.show(file.id);
    }
  };
  const receive = (dropped: readonly Dropped[], folder: string) => {
    const placed = dropped.map(({ path, file }) => ({ path: folder === "" ? path : `${folder}/${path}`, file }));
    const wanted = placed.map(({ path }) => path);
    const taken = occupied(files, wanted);
    if (taken.length > 0) {
      setQuestion({ kind: "taken", dropped: placed, taken });
    } else if (placed.length > 0) {
      void take(placed, false);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    const folder = folderUnder(event);
    setTarget(null);
    const path = event.dataTransfer.getData(DRAGGED);
    if (path !== "") {
      actions.moveInto(folder, path);
    } else {
      droppedFiles(event.dataTransfer).then((dropped) => receive(dropped, folder), notifyError);
    }
  };
  const over = (event: DragEvent) => {
    const { types } = event.dataTransfer;
    if (writable && (types.includes(DRAGGED) || types.includes("Files"))) {
      event.preventDefault();
      event.dataTransfer.dropEffect = types.includes(DRAGGED) ? "move" : "copy";
      setTarget(folderUnder(event));
    }
  };
  const paste = (event: ClipboardEvent) => {
    if (writable && event.clipboardData.files.length > 0) {
      event.preventDefault();
      receive(chosenFiles(event.clipboardData.files), folderAt(rows, focused));
    }
  };
  const press = (event: KeyboardEvent, index: number, node: TreeNode) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const focusRow = (at: number) => {
      const row = rows[Math.max(0, Math.min(at, rows.length - 1))];
      if (row !== undefined) {
        setFocused(row.node.path);
        tree.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(row.node.path)}"]`)?.focus();
      }
    };
    const shut = collapsed.has(node.path);
    const act = actionOf(event.key, {
      up: () => focusRow(index - 1),
      down: () => focusRow(index + 1),
      first: () => focusRow(0),
      last: () => focusRow(rows.length - 1),
      open: () => open(node),
      left: () =>
        node.kind === "folder" && !shut
          ? actions.toggle(node.path, true)
          : folderOf(node.path) !== "" && focusRow(rows.findIndex((row) => row.node.path === folderOf(node.path))),
      right: () => node.kind === "folder" && (shut ? actions.toggle(node.path, false) : focusRow(index + 1)),
      rename: () => writable && setQuestion({ kind: "rename", node }),
      remove: () => {
        if (writable) {
          focusRow(index === rows.length - 1 ? index - 1 : index + 1);
          actions.remove(node.path);
        }
      },
    });
    if (act !== undefined) {
      event.preventDefault();
      act();
    }
  };
  const ask = (kind: "file" | "folder", folder: string) => {
    actions.toggle(folder, false);
    setQuestion({ kind: `new-${kind}`, folder });
  };
  const beside = folderOf(files.find(({ id }) => id === active)?.path ?? "");
  const menu = {
    room: session.id,
    actions,
    writable,
    onNew: ask,
    onRename: (node: TreeNode) => setQuestion({ kind: "rename", node }),
  };

  return (
    <nav className="file-tree" aria-label="Files" onPaste={paste}>
      <TreeHeader
        room={session.id}
        writable={writable}
        onNew={(kind) => ask(kind, kind === "file" ? beside : "")}
        onChosen={(chosen) => receive(chosenFiles(chosen), "")}
        onArchive={(file) => void uploads.unpack(file)}
      />
      <ContextMenu.Root>
        <ContextMenu.Trigger asChild disabled={rows.length === 0}>
          <div
            role="tree"
            aria-label="Files of this room"
            ref={tree}
            data-target={target === ""}
            onPointerDown={(event) => setPointed(pathUnder(event.target))}
            onContextMenu={(event) => {
              const path = pathUnder(event.target);
              setPointed(path);
              if (path === null) {
                event.preventDefault();
              }
            }}
            onDragOver={over}
            onDragLeave={(event) => event.currentTarget.contains(event.relatedTarget as Node | null) || setTarget(null)}
            onDrop={drop}
          >
            {rows.map((row, index) => (
              <TreeRowView
                key={row.node.path}
                row={row}
                shut={collapsed.has(row.node.path)}
                active={row.node.kind === "file" && row.node.file.id === active}
                tabStop={row.node.path === tabStop}
                target={target !== "" && row.node.kind === "folder" && row.node.path === target}
                people={people.filter(
                  ({ document }) => row.node.kind === "file" && document !== null && document === row.node.file.id,
                )}
                menu={menu}
                onOpen={() => open(row.node)}
                onFocus={() => setFocused(row.node.path)}
                onKeyDown={(event) => press(event, index, row.node)}
                onDragStart={(event) => {
                  event.dataTransfer.setData(DRAGGED, row.node.path);
                  event.dataTransfer.effectAllowed = "move";
                }}
              />
            ))}
            {rows.length === 0 && (
              <p className="small muted tree-empty">
                {synced ? "No files yet. Ask for something, make one, or drop some here." : "Loading…"}
              </p>
            )}
          </div>
        </ContextMenu.Trigger>
        {menuNode !== null && (
          <ContextMenu.Portal>
            <ContextMenu.Content className="menu" collisionPadding={8}>
              <TreeMenuItems {...menu} node={menuNode} {...AT_POINTER} />
            </ContextMenu.Content>
          </ContextMenu.Portal>
        )}
      </ContextMenu.Root>
      <UploadList transfers={uploads.state} />
      {question !== null && (
        <TreeQuestions
          question={question}
          actions={actions}
          onTake={(dropped, replace) => void take(dropped, replace)}
          onOpened={onOpened}
          onClose={() => setQuestion(null)}
        />
      )}
    </nav>
  );
}

function pathUnder(target: EventTarget): string | null {
  return target instanceof Element ? (target.closest<HTMLElement>("[data-path]")?.dataset.path ?? null) : null;
}

/** The folder in which a drop would put things. */
function folderUnder(event: DragEvent): string {
  const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-path]") : null;
  const path = row?.dataset.path ?? "";
  return row?.dataset.kind === "folder" ? path : folderOf(path);
}

function folderAt(rows: readonly TreeRow[], path: string | null): string {
  const node = rows.find((row) => row.node.path === path)?.node;
  return node === undefined ? "" : node.kind === "folder" ? node.path : folderOf(node.path);
}
