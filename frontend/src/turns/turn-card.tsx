import { CircleAlert, CircleCheck, CircleMinus, CircleSlash, Sparkles, Square, Undo2 } from "lucide-react";
import { memo } from "react";
import { turnOver } from "../rooms/reducer";
import type { RoomSession } from "../rooms/session";
import { notifyError } from "../ui/toasts";
import type { Hunk, Member, Turn } from "../wire/types";
import { figuresLine, inForce, keptChanges, stateLine } from "./figures";
import { HunkRow } from "./hunk-row";
import { Prose } from "./prose";
import { useDecision } from "./use-decision";

interface TurnCardProps {
  readonly turn: Turn;
  readonly session: RoomSession;
  readonly me: Member | null;
  /** True if this person may stop it, undo it, and decide about its changes. */
  readonly writable: boolean;
  /** Goes to where the change stands now. */
  readonly onOpen: (hunk: Hunk) => void;
}

/** One turn: who asked what, what the model said and wrote, and how it ended. */
export const TurnCard = memo(function TurnCard({ turn, session, me, writable, onOpen }: TurnCardProps) {
  const over = turnOver(turn);
  const mine = turn.member === me?.id;
  const stop = () => session.command({ type: "stop_turn", turn: turn.id }).catch(notifyError);
  const { busy, decide } = useDecision(session);
  const undoable = over && writable && !turn.undone && turn.hunks.some(inForce);
  const playsAt = session.state.get().room?.models.find(({ name }) => name === turn.model)?.plays_at ?? null;
  const figures = figuresLine(turn, playsAt);
  return (
    <article className="turn" aria-label={`${turn.member_name}: ${turn.prompts[0] ?? ""}`} data-state={turn.state}>
      {turn.prompts.map((prompt, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: prompts are only ever added at the end
        <div className="turn-prompt" key={index}>
          <span className="turn-asker">{mine ? "You" : turn.member_name}</span>
          <p>{prompt}</p>
        </div>
      ))}
      <div className="turn-answer">
        <div className="turn-model">
          <Sparkles className="icon" />
          <span>{turn.model}</span>
          {!over && writable && (
            <button type="button" className="button turn-stop" onClick={stop}>
              <Square className="icon" /> {mine ? "Stop" : `Stop ${turn.member_name}'s turn`}
            </button>
          )}
        </div>
        {turn.text.trim() !== "" && <Prose text={turn.text} />}
        {turn.hunks.length > 0 && (
          <ul className="hunks" aria-label="Changes">
            {turn.hunks.map((hunk) => (
              <HunkRow
                key={hunk.id}
                hunk={hunk}
                turn={turn}
                session={session}
                me={me}
                writable={writable}
                onOpen={onOpen}
              />
            ))}
          </ul>
        )}
        {turn.error && (
          <p className="turn-error" role="alert">
            {turn.error.message}
          </p>
        )}
        <p className="turn-state">
          <StateIcon turn={turn} /> {stateLine(turn, me)}
          {undoable && (
            <button
              type="button"
              className="button turn-undo"
              title="Take back all changes of this turn. What people typed since stays."
              disabled={busy}
              onClick={() => decide({ type: "undo_turn", turn: turn.id })}
            >
              <Undo2 className="icon" /> Undo
            </button>
          )}
        </p>
        {over && figures !== "" && <p className="turn-figures">{figures}</p>}
      </div>
    </article>
  );
});

function StateIcon({ turn }: Pick<TurnCardProps, "turn">) {
  if (turn.undone) {
    return <Undo2 className="icon" />;
  }
  switch (turn.state) {
    case "settled":
      return keptChanges(turn) > 0 ? <CircleCheck className="icon state-ok" /> : <CircleMinus className="icon" />;
    case "failed":
      return <CircleAlert className="icon state-bad" />;
    case "stopped":
      return <CircleSlash className="icon" />;
    default:
      return <span className="spinner" />;
  }
}
