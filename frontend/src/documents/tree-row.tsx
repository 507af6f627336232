import { ChevronDown, ChevronRight, Ellipsis, Sparkles } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { DragEvent, KeyboardEvent } from "react";
import type { Whereabout } from "../rooms/whereabouts";
import { IconButton } from "../ui/icon-button";
import { FileIcon } from "./file-icon";
import type { TreeRow } from "./tree";
import { AT_DOTS, TreeMenuItems, type TreeMenuProps } from "./tree-menu";

interface TreeRowProps {
  readonly row: TreeRow;
  readonly shut: boolean;
  readonly active: boolean;
  readonly tabStop: boolean;
  readonly target: boolean;
  readonly people: readonly Whereabout[];
  readonly menu: Omit<TreeMenuProps, "node">;
  readonly onOpen: () => void;
  readonly onFocus: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onDragStart: (event: DragEvent) => void;
}

/** One line of the tree. */
export function TreeRowView({
  row: { node, level },
  shut,
  active,
  tabStop,
  target,
  people,
  menu,
  ...on
}: TreeRowProps) {
  const Chevron = shut ? ChevronRight : ChevronDown;
  return (
    <div
      role="treeitem"
      aria-level={level}
      aria-label={node.name}
      aria-selected={active}
      {...(node.kind === "folder" ? { "aria-expanded": !shut } : {})}
      tabIndex={tabStop ? 0 : -1}
      data-path={node.path}
      data-kind={node.kind}
      data-target={target}
      className="tree-row"
      style={{ paddingInlineStart: 6 + (level - 1) * 14 }}
      draggable={menu.writable}
      onDragStart={on.onDragStart}
      onClick={on.onOpen}
      onFocus={on.onFocus}
      onKeyDown={on.onKeyDown}
    >
      {node.kind === "folder" ? <Chevron className="icon" /> : <FileIcon path={node.path} />}
      <span className="tree-name" title={node.path}>
        {node.name}
      </span>
      <Visitors people={people} />
      <DropdownMenu.Root>
        <DropdownMenu.Trigger asChild>
          <IconButton
            label={`Actions for ${node.name}`}
            className="tree-more"
            tabIndex={-1}
            onClick={(event) => event.stopPropagation()}
          >
            <Ellipsis className="icon" />
          </IconButton>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content
            className="menu"
            align="start"
            collisionPadding={8}
            onClick={(event) => event.stopPropagation()}
            onKeyDown={(event) => event.stopPropagation()}
          >
            <TreeMenuItems {...menu} node={node} {...AT_DOTS} />
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </div>
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
