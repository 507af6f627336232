import { useState } from "react";
import type { CommandWithoutId, RoomSession } from "../rooms/session";
import { notifyError } from "../ui/toasts";

type Decision = Extract<CommandWithoutId, { type: "undo_turn" | "accept_hunk" | "reject_hunk" }>;

/** Sends one decision about a turn at a time. `busy` until the server has answered; a refusal is shown. */
export function useDecision(session: RoomSession): { busy: boolean; decide: (decision: Decision) => void } {
  const [busy, setBusy] = useState(false);
  const decide = (decision: Decision) => {
    setBusy(true);
    session
      .command(decision)
      .catch(notifyError)
      .finally(() => setBusy(false));
  };
  return { busy, decide };
}
