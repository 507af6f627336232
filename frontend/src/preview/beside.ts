/** Shows the page that the member looks at who is followed, and tells the others which page is shown here. */
import type { Guide } from "../rooms/guide";
import type { RoomSession } from "../rooms/session";
import type { Stage } from "./stage";

/** Runs until the answer is called. */
export function goBeside(stage: Stage, { awareness, state }: RoomSession, guide: Guide): () => void {
  let shown: string | null = null;
  const tell = () => {
    const { page } = stage.state.get();
    const local = awareness.getLocalState();
    // What another chose is not passed on as one's own choice.
    if (local !== null && guide.leader.get() === null && local.page !== page) {
      awareness.setLocalStateField("page", page);
    }
  };
  const look = () => {
    const wanted = guide.place.get()?.page ?? null;
    if (wanted === null) {
      shown = null;
    } else if (wanted !== shown && stage.state.get().pages.includes(wanted)) {
      shown = wanted;
      if (stage.state.get().page !== wanted) {
        stage.choose(wanted);
      }
    }
  };
  const both = () => {
    tell();
    look();
  };
  const stops = [stage.state.subscribe(both), state.subscribe(tell), guide.place.subscribe(look)];
  both();
  return () => {
    for (const stop of stops) {
      stop();
    }
  };
}
