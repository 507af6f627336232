/** Asking for a turn, remembered until the turn shows: somebody may want to stop it before its first event is here. */
import type { CommandWithoutId, RoomSession } from "../rooms/session";

type Question = Omit<Extract<CommandWithoutId, { type: "ask" }>, "type">;

const unseen = new WeakMap<RoomSession, Promise<string | null>>();

/** Asks. Resolves with the turn's id; rejects with a `Refusal`. */
export function ask(session: RoomSession, question: Question): Promise<string | null> {
  const answer = session.command({ type: "ask", ...question });
  const asked = answer.catch(() => null);
  const forget = () => {
    if (unseen.get(session) === asked) unseen.delete(session);
  };
  unseen.set(session, asked);
  void asked.then((id) => {
    if (id === null || session.state.get().turns.some((turn) => turn.id === id)) return forget();
    const silence = session.onEvent((event) => {
      if (event.type !== "turn" || event.turn.id !== id) return;
      silence();
      forget();
    });
  });
  return answer;
}

/** The id of the turn that was asked for and does not show yet, as soon as the server names it; null if there is none. */
export function askedTurn(session: RoomSession): Promise<string | null> | null {
  return unseen.get(session) ?? null;
}
