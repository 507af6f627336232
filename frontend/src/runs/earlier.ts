/** The runs before those that a room tells when it is opened, fetched page by page when somebody asks. */
import { useState } from "react";
import { call } from "../rooms/api";
import type { RoomSession } from "../rooms/session";
import { notifyError } from "../ui/toasts";
import type { Run } from "../wire/types";

const PAGE = 50;
/** So many runs a room tells when it is opened: with fewer there are no others. */
const TOLD = 20;

export interface Earlier {
  /** The known runs with those that were fetched, oldest first. */
  readonly all: readonly Run[];
  /** Fetches more; null if there are none, or while some are on their way. */
  readonly fetch: (() => void) | null;
}

interface Fetched {
  /** The run that they come before. */
  readonly before: string | null;
  readonly runs: readonly Run[];
  readonly more: boolean;
}

const NONE: Fetched = { before: null, runs: [], more: true };

export function useEarlier(session: RoomSession, known: readonly Run[]): Earlier {
  const [fetched, setFetched] = useState(NONE);
  const [busy, setBusy] = useState(false);
  const before = known[0]?.id ?? null;
  // After a reconnection other runs may be known, and some lie between them and what was fetched.
  const { runs, more } = fetched.before === before ? fetched : NONE;
  const all = runs.length === 0 ? known : [...runs, ...known];
  const oldest = all[0];
  if (oldest === undefined || known.length < TOLD || !more || busy) return { all, fetch: null };
  return {
    all,
    fetch: () => {
      setBusy(true);
      const query = new URLSearchParams({ before: oldest.id, limit: String(PAGE) });
      call<Run[]>("GET", `/api/rooms/${encodeURIComponent(session.id)}/runs?${query}`)
        .then((page) => setFetched({ before, runs: [...page, ...runs], more: page.length === PAGE }))
        .catch(notifyError)
        .finally(() => setBusy(false));
    },
  };
}
