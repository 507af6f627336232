import {
  CircleAlert,
  CircleCheck,
  CircleMinus,
  CircleSlash,
  Clock,
  FlaskConical,
  Sparkles,
  Square,
  Undo2,
  X,
} from "lucide-react";
import { memo, useCallback } from "react";
import { turnOver } from "../rooms/reducer";
import type { RoomSession } from "../rooms/session";
import { notifyError } from "../ui/toasts";
import type { Hunk, Member, Turn } from "../wire/types";
import { figuresLine, inForce, keptChanges, repairedLine, stateLine } from "./figures";
import { HunkRow } from "./hunk-row";
import { Prose } from "./prose";
import { RefusedHunk } from "./refused-hunk";
import { SentNote } from "./sent-note";
import { useDecision } from "./use-decision";
import { useHandsColour } from "./use-hands-colour";

interface TurnCardProps {
  readonly turn: Turn;
  readonly session: RoomSession;
  readonly me: Member | null;
  /** True if this person may stop it, undo it, and decide about its changes. */
  readonly writable: boolean;
  /** Goes to where the change stands now. */
  readonly onOpen: (hunk: Hunk) => void;
  /** Opens the file of a change that could not be made, with the proposed text beside it. */
  readonly onApplyByHand: (hunk: Hunk) => void;
  /** Shows the run of the tests that a turn asked for. */
  readonly onRun: (run: string) => void;
  /** The room's paths. */
  readonly paths: ReadonlySet<string>;
  /** Goes to a place that a turn's answer named. */
  readonly onCited: (turn: string, path: string, line: number) => void;
}

/** One turn: who asked what, what the model said and wrote, and how it ended. */
export const TurnCard = memo(function TurnCard(props: TurnCardProps) {
  const { turn, session, me, writable, onOpen, onApplyByHand, onRun, paths, onCited } = props;
  const over = turnOver(turn);
  // What was put right since is told in few words.
  const hunks = turn.hunks.filter((hunk) => !hunk.superseded);
  const mine = turn.member === me?.id;
  const stop = () => session.command({ type: "stop_turn", turn: turn.id }).catch(notifyError);
  const { busy, decide } = useDecision(session);
  const undoable = over && writable && !turn.undone && turn.hunks.some(inForce);
  const playsAt = session.state.get().room?.models.find(({ name }) => name === turn.model)?.plays_at ?? null;
  const figures = figuresLine(turn, playsAt);
  const repaired = repairedLine(turn);
  const waiting = turn.waits_for !== null;
  const openCited = useCallback((path: string, line: number) => onCited(turn.id, path, line), [onCited, turn.id]);
  return (
    <article
      className="turn"
      aria-label={`${turn.member_name}: ${turn.prompts[0] ?? ""}`}
      data-state={turn.state}
      data-waiting={waiting}
    >
      {turn.prompts.map((prompt, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: prompts are only ever added at the end
        <div className="turn-prompt" key={index}>
          <span className="turn-asker">{mine ? "You" : turn.member_name}</span>
          <p>{prompt}</p>
        </div>
      ))}
      <div className="turn-answer">
        <div className="turn-model">
          {over ? <Sparkles className="icon" /> : <Hands session={session} turn={turn.id} />}
          <span>{turn.model}</span>
          {turn.mode !== "edit" && <span className="turn-mode">{MODES[turn.mode]}</span>}
          {!over && writable && (
            <button type="button" className="button turn-stop" onClick={stop}>
              {waiting ? <X className="icon" /> : <Square className="icon" />} {stopWord(turn, mine)}
            </button>
          )}
        </div>
        {turn.text.trim() !== "" && <Prose text={turn.text} paths={paths} onCited={openCited} />}
        {hunks.length > 0 && (
          <ul className="hunks" aria-label="Changes">
            {hunks.map((hunk) =>
              hunk.state === "refused" ? (
                <RefusedHunk key={hunk.id} hunk={hunk} writable={writable && over} onApplyByHand={onApplyByHand} />
              ) : (
                <HunkRow
                  key={hunk.id}
                  hunk={hunk}
                  turn={turn}
                  session={session}
                  me={me}
                  writable={writable}
                  onOpen={onOpen}
                />
              ),
            )}
          </ul>
        )}
        {turn.run !== null && (
          <button type="button" className="button turn-run" onClick={() => turn.run !== null && onRun(turn.run)}>
            <FlaskConical className="icon" /> Show the tests
          </button>
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
        {repaired !== "" && <p className="turn-figures">{repaired}</p>}
        {over && figures !== "" && <p className="turn-figures">{figures}</p>}
        {turn.sent !== null && <SentNote sent={turn.sent} />}
      </div>
    </article>
  );
});

/** The model's mark, in the colour of its cursor. */
function Hands({ session, turn }: { session: RoomSession; turn: string }) {
  const colour = useHandsColour(session, turn);
  return <Sparkles className="icon" style={colour === null ? {} : { color: colour }} />;
}

const MODES = { ask: "Ask", plan: "Plan" };

function stopWord(turn: Turn, mine: boolean): string {
  if (turn.waits_for !== null) return mine ? "Remove" : `Remove ${turn.member_name}'s prompt`;
  return mine ? "Stop" : `Stop ${turn.member_name}'s turn`;
}

function StateIcon({ turn }: Pick<TurnCardProps, "turn">) {
  if (turn.undone) {
    return <Undo2 className="icon" />;
  }
  switch (turn.state) {
    case "settled":
      return keptChanges(turn) > 0 || turn.mode === "ask" ? (
        <CircleCheck className="icon state-ok" />
      ) : (
        <CircleMinus className="icon" />
      );
    case "failed":
      return <CircleAlert className="icon state-bad" />;
    case "stopped":
      return <CircleSlash className="icon" />;
    default:
      return turn.waits_for === null ? <span className="spinner" /> : <Clock className="icon" />;
  }
}
