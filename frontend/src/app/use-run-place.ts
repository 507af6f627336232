import { useEffect, useState } from "react";
import type { DocumentFile } from "../documents/files";
import { turnRuns } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { useStore } from "../ui/use-store";
import { type RunPlace, runPlace, steadyPlace } from "./arrangement";

/** Where the run panel stands in a wide layout, as the room is now. */
export function useRunPlace(session: RoomSession, files: Store<readonly DocumentFile[]>): RunPlace {
  const known = useStore(files, (all) => all);
  const room = useStore(session.state, (state) => state.room);
  const synced = useStore(session.state, (state) => state.synced);
  const ran = useStore(session.state, (state) => state.runs.length > 0);
  const busy = useStore(session.state, turnRuns);
  // Before the document is here, the room's own list says what is in it: nothing moves when it comes.
  const paths = (synced ? known : (room?.files ?? [])).map(({ path }) => path);
  const wanted = runPlace(paths, ran);
  const [shown, setShown] = useState(wanted);
  // A run that was started is shown, whatever is being written.
  const place = steadyPlace(shown, wanted, busy && !ran);
  useEffect(() => setShown(place), [place]);
  return place;
}
