import { Check, ChevronDown, ChevronRight, X } from "lucide-react";
import { useMemo, useState } from "react";
import { countChanges } from "../rooms/line-diff";
import { turnOver } from "../rooms/reducer";
import type { RoomSession } from "../rooms/session";
import { IconButton } from "../ui/icon-button";
import type { Hunk, Member, Turn } from "../wire/types";
import { Diff } from "./diff";
import { hunkLine, hunkNote, hunkPlace, inForce, isOpen } from "./figures";
import { useDecision } from "./use-decision";

interface HunkRowProps {
  readonly hunk: Hunk;
  readonly turn: Turn;
  readonly session: RoomSession;
  readonly me: Member | null;
  /** True if this person may accept and reject it. */
  readonly writable: boolean;
  /** Goes to where the change stands now. */
  readonly onOpen: (hunk: Hunk) => void;
}

/** One change of a turn: where, how much, and on request what. Whoever may write accepts or rejects it here. */
export function HunkRow({ hunk, turn, session, me, writable, onOpen }: HunkRowProps) {
  const [shown, setShown] = useState(false);
  const { added, removed } = useMemo(() => countChanges(hunk.before, hunk.after), [hunk.before, hunk.after]);
  const note = hunkNote(hunk, me);
  const applied = inForce(hunk);
  const line = useMemo(() => (applied ? hunkLine(hunk) : ""), [applied, hunk]);
  return (
    <li className="hunk" data-state={hunk.state}>
      <div className="hunk-line">
        <button
          type="button"
          className="hunk-toggle"
          aria-expanded={shown}
          aria-label={`${shown ? "Hide" : "Show"} the change in ${hunk.path}`}
          onClick={() => setShown(!shown)}
          disabled={hunk.before === hunk.after}
        >
          {shown ? <ChevronDown className="icon" /> : <ChevronRight className="icon" />}
        </button>
        <button type="button" className="hunk-place" onClick={() => onOpen(hunk)}>
          <span className="hunk-path">{hunkPlace(hunk, turn.hunks)}</span>
          {applied && added + removed === 0 && <span className="hunk-note"> · unchanged</span>}
          {applied && added + removed > 0 && (
            <span className="hunk-counts">
              {" · "}
              <span className="added">+{added}</span> <span className="removed">−{removed}</span>
            </span>
          )}
          {note !== "" && <span className="hunk-note">{` · ${note}`}</span>}
          {line !== "" && <code className="hunk-text">{` ${line}`}</code>}
        </button>
        {writable && <Decisions hunk={hunk} turn={turn} session={session} />}
      </div>
      {applied && hunk.message !== null && <p className="hunk-message">{hunk.message}</p>}
      {shown && <Diff before={hunk.before} after={hunk.after} />}
    </li>
  );
}

/** Until somebody decides, both; what was accepted can still be rejected. */
function Decisions({ hunk, turn, session }: Pick<HunkRowProps, "hunk" | "turn" | "session">) {
  const { busy, decide } = useDecision(session);
  const place = hunkPlace(hunk, turn.hunks);
  const about = { turn: turn.id, hunk: hunk.id };
  if (!inForce(hunk) || !turnOver(turn)) {
    return null;
  }
  return (
    <span className="hunk-decisions">
      {isOpen(hunk, turn) && (
        <IconButton
          label={`Accept the change in ${place}`}
          className="hunk-accept"
          disabled={busy}
          onClick={() => decide({ type: "accept_hunk", ...about })}
        >
          <Check className="icon" />
        </IconButton>
      )}
      <IconButton
        label={`Reject the change in ${place}`}
        className="hunk-reject"
        disabled={busy}
        onClick={() => decide({ type: "reject_hunk", ...about })}
      >
        <X className="icon" />
      </IconButton>
    </span>
  );
}
