import { Sparkles, X } from "lucide-react";
import type { Store } from "../rooms/state";
import type { Whereabout } from "../rooms/whereabouts";
import { IconButton } from "../ui/icon-button";
import { useStore } from "../ui/use-store";
import type { Desk } from "./desk";
import type { DocumentFile } from "./files";
import { nameOf } from "./tree";

interface FollowChipProps {
  readonly whereabouts: Store<readonly Whereabout[]>;
  readonly desk: Desk;
  readonly files: readonly DocumentFile[];
}

/** Whom the view follows, with a way out; or an offer to come along while a model writes. */
export function FollowChip({ whereabouts, desk, files }: FollowChipProps) {
  const leader = useStore(desk.guide.leader, (value) => value);
  const following = useStore(desk.state, (state) => state.following);
  const model = useStore(whereabouts, (all) => all.find(({ user }) => user.model));
  const writer = useStore(whereabouts, (all) => all.find(({ user, document }) => user.model && document !== null));
  const file = files.find(({ id }) => id === writer?.document);
  const followed = leader ?? (following ? model?.user : undefined);
  if (followed !== undefined) {
    return (
      <div className="follow-chip following" style={{ borderColor: followed.color }} role="status">
        <span>Following {followed.name}</span>
        <IconButton label={`Stop following ${followed.name}`} onClick={() => desk.touch()}>
          <X className="icon" />
        </IconButton>
      </div>
    );
  }
  if (writer === undefined || file === undefined) {
    return null;
  }
  return (
    <button
      type="button"
      className="button follow-chip"
      onClick={() => {
        desk.startFollowing();
        desk.follow(file.id);
      }}
    >
      <Sparkles className="icon" style={{ color: writer.user.color }} /> Follow: {nameOf(file.path)}
    </button>
  );
}
