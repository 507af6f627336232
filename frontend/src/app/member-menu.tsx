import { Check, Ellipsis, UserMinus } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useId, useState } from "react";
import { changeRole, removeMember, replaceLink } from "../rooms/api";
import { Dialog } from "../ui/dialog";
import { IconButton } from "../ui/icon-button";
import { notify, notifyError } from "../ui/toasts";
import type { Member, Role } from "../wire/types";
import { ROLES } from "./roles";

interface MemberMenuProps {
  readonly room: string;
  readonly member: Member;
  readonly onRemove: () => void;
}

/** What an owner may make of a member. */
export function MemberMenu({ room, member, onRemove }: MemberMenuProps) {
  const choose = (role: string) => {
    if (role !== member.role) {
      changeRole(room, member.id, role as Role).catch(notifyError);
    }
  };
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <IconButton label={`Manage ${member.name}`}>
          <Ellipsis className="icon" />
        </IconButton>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" collisionPadding={8}>
          <DropdownMenu.RadioGroup value={member.role} onValueChange={choose}>
            {ROLES.map((role) => (
              <DropdownMenu.RadioItem key={role} value={role} className="menu-item">
                <span className="menu-check">
                  <DropdownMenu.ItemIndicator>
                    <Check className="icon" />
                  </DropdownMenu.ItemIndicator>
                </span>
                <span>{role === "owner" ? "Owner" : role === "editor" ? "Editor" : "Viewer"}</span>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Item className="menu-item danger" onSelect={onRemove}>
            <UserMinus className="icon" />
            <span>Remove…</span>
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface RemovalProps {
  readonly room: string;
  readonly member: Member;
  readonly onClose: () => void;
}

/** Asks once before somebody is removed, and whether the link goes too by which they could come back as somebody else. */
export function Removal({ room, member, onClose }: RemovalProps) {
  const [replaces, setReplaces] = useState(false);
  const [busy, setBusy] = useState(false);
  const box = useId();
  const remove = async () => {
    setBusy(true);
    try {
      await removeMember(room, member.id);
      if (replaces) {
        await replaceLink(room, member.role);
        notify(`${member.name} was removed. Share has the ${member.role}s' new link.`);
      } else {
        notify(`${member.name} was removed.`);
      }
      onClose();
    } catch (error) {
      setBusy(false);
      notifyError(error);
    }
  };
  return (
    <Dialog title={`Remove ${member.name}?`} onClose={onClose}>
      <p>Their pages close at once, and the room's present links do not let that browser in again.</p>
      <label htmlFor={box} className="removal-link">
        <input id={box} type="checkbox" checked={replaces} onChange={(event) => setReplaces(event.target.checked)} />
        <span>
          Replace the {member.role}s' link too
          <span className="small muted">
            In another browser they could still use it. Whoever else is here as {member.role} needs the new one.
          </span>
        </span>
      </label>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button danger" disabled={busy} onClick={() => void remove()}>
          Remove
        </button>
      </div>
    </Dialog>
  );
}
