import { useCallback, useEffect, useRef } from "react";
import { mayWrite } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import { useStore } from "../ui/use-store";
import type { Hunk } from "../wire/types";
import "./conversation.css";
import { TurnCard } from "./turn-card";

/** How near to the end, in pixels, the view must be to move along with what is added. */
const NEAR_END = 48;

interface ConversationProps {
  readonly session: RoomSession;
  /** Goes to where the change stands now. */
  readonly onOpen: (hunk: Hunk) => void;
}

/** The room's turns, oldest first. Keeps its end in view unless somebody scrolled up. */
export function Conversation({ session, onOpen }: ConversationProps) {
  const turns = useStore(session.state, (state) => state.turns);
  const me = useStore(session.state, (state) => state.me);
  const writable = useStore(session.state, mayWrite);
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
        <TurnCard key={turn.id} turn={turn} session={session} me={me} writable={writable} onOpen={onOpen} />
      ))}
    </section>
  );
}
