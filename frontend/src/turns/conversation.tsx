import { useCallback, useEffect, useMemo, useRef } from "react";
import { mayWrite } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { useStore } from "../ui/use-store";
import type { Hunk } from "../wire/types";
import "./conversation.css";
import { TurnCard } from "./turn-card";

/** How near to the end, in pixels, the view must be to move along with what is added. */
const NEAR_END = 48;

interface ConversationProps {
  readonly session: RoomSession;
  /** The room's files, as they are shown. */
  readonly files: Store<readonly { readonly path: string }[]>;
  /** Goes to where the change stands now. */
  readonly onOpen: (hunk: Hunk) => void;
  /** Opens the file of a change that could not be made, with the proposed text beside it. */
  readonly onApplyByHand: (hunk: Hunk) => void;
  /** Goes to a place that a turn's answer named. `line` is 1-based. */
  readonly onCited: (turn: string, path: string, line: number) => void;
  /** Shows the run of the tests that a turn asked for. */
  readonly onRun: (run: string) => void;
}

/** The room's turns, oldest first. Keeps its end in view unless somebody scrolled up. */
export function Conversation({ session, files, onOpen, onApplyByHand, onCited, onRun }: ConversationProps) {
  const turns = useStore(session.state, (state) => state.turns);
  const me = useStore(session.state, (state) => state.me);
  const writable = useStore(session.state, mayWrite);
  const known = useStore(files, (all) => all);
  const paths = useMemo(() => new Set(known.map(({ path }) => path)), [known]);
  const list = useRef<HTMLElement>(null);
  const atEnd = useRef(true);
  const lastTop = useRef(0);
  const keepEnd = useCallback(() => {
    if (atEnd.current && list.current !== null) {
      list.current.scrollTop = list.current.scrollHeight;
    }
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever is added to the turns must come into view
  useEffect(keepEnd, [turns]);
  useEffect(() => {
    // The prompt below grows with what is typed, and takes the room from here.
    const observer = new ResizeObserver(keepEnd);
    if (list.current !== null) {
      observer.observe(list.current);
    }
    return () => observer.disconnect();
  }, [keepEnd]);
  const noticeScroll = () => {
    const view = list.current;
    if (view === null) return;
    // An event may come late, when more was added below: only who moves up wants to stay there.
    if (view.scrollHeight - view.scrollTop - view.clientHeight < NEAR_END) atEnd.current = true;
    else if (view.scrollTop < lastTop.current) atEnd.current = false;
    lastTop.current = view.scrollTop;
  };
  return (
    <section className="conversation" aria-label="Conversation" ref={list} onScroll={noticeScroll}>
      {turns.length === 0 && (
        <div className="empty">
          <p>Nothing was asked yet.</p>
          <p className="small">
            {writable
              ? "Everybody here sees what is asked, what is answered and which lines were written."
              : "What the others ask appears here."}
          </p>
        </div>
      )}
      {turns.map((turn) => (
        <TurnCard
          key={turn.id}
          turn={turn}
          session={session}
          me={me}
          writable={writable}
          onOpen={onOpen}
          onApplyByHand={onApplyByHand}
          paths={paths}
          onCited={onCited}
          onRun={onRun}
        />
      ))}
    </section>
  );
}
