import { History } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import type { RoomFile } from "../documents/files";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { IconButton } from "../ui/icon-button";
import { notify } from "../ui/toasts";

const TimelineDialog = lazy(() => import("./timeline-dialog"));

interface TimelineButtonProps {
  readonly session: RoomSession;
  readonly files: Store<readonly RoomFile[]>;
}

/** Opens the timeline, whose code is fetched then, and says so when somebody else had an earlier state restored. */
export function TimelineButton({ session, files }: TimelineButtonProps) {
  const [open, setOpen] = useState(false);
  useEffect(
    () =>
      session.onEvent((event) => {
        if (event.type === "checkpoint" && event.checkpoint.kind === "restore") {
          const { by, label } = event.checkpoint;
          if (by !== session.state.get().me?.name) {
            notify(`${by === "" ? "Somebody" : by} restored: ${label}`);
          }
        }
      }),
    [session],
  );
  return (
    <>
      <IconButton label="Timeline" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <History className="icon" />
      </IconButton>
      {open && (
        <Suspense fallback={null}>
          <TimelineDialog session={session} files={files} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
