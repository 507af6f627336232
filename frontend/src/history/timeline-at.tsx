import { lazy, Suspense } from "react";
import type { RoomFile } from "../documents/files";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";

const TimelineDialog = lazy(() => import("./timeline-dialog"));

interface TimelineAtProps {
  readonly session: RoomSession;
  readonly files: Store<readonly RoomFile[]>;
  /** The moment whose state is shown first, in milliseconds since 1970. */
  readonly at: number;
  readonly onClose: () => void;
}

/** The timeline, opened at the state that the room had at a moment. */
export function TimelineAt(props: TimelineAtProps) {
  return (
    <Suspense fallback={null}>
      <TimelineDialog {...props} />
    </Suspense>
  );
}
