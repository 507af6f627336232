/** The rest of a run that a room told in part (`cut`), fetched once somebody looks at it. */
import { useEffect, useState } from "react";
import { call } from "../rooms/api";
import type { RoomSession } from "../rooms/session";
import { notifyError } from "../ui/toasts";
import type { Run } from "../wire/types";
import { addressOfRun } from "./made";

/** The run with all of its results, or as it was told while they are on their way. */
export function useWhole(session: RoomSession, told: Run | null): Run | null {
  const [whole, setWhole] = useState<Run | null>(null);
  const wanted = told?.cut ? told.id : null;
  useEffect(() => {
    if (wanted === null) return;
    let left = false;
    call<Run>("GET", addressOfRun(session.id, wanted)).then(
      (run) => left || setWhole(run),
      (error) => left || notifyError(error),
    );
    return () => {
      left = true;
    };
  }, [session, wanted]);
  return wanted !== null && whole?.id === wanted ? whole : told;
}
