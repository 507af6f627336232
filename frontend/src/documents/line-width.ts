/** Lines that are wider than the editor: wrapped on a narrow screen, elsewhere scrolled to, and back as soon as may be. */
import { Compartment, type Extension } from "@codemirror/state";
import { EditorView, ViewPlugin } from "@codemirror/view";

const NARROW = "(max-width: 699px)";
/** What must stay free to the right of a cursor that is shown without scrolling, in pixels. */
const MARGIN = 24;

const wrapping = new Compartment();

function wrappingNow(): Extension {
  return matchMedia(NARROW).matches ? EditorView.lineWrapping : [];
}

const wrapWhenNarrow = ViewPlugin.define((view) => {
  const query = matchMedia(NARROW);
  const change = () => view.dispatch({ effects: wrapping.reconfigure(wrappingNow()) });
  query.addEventListener("change", change);
  return { destroy: () => query.removeEventListener("change", change) };
});

/** By itself the editor scrolls no further back than until the cursor is in sight. Where a pointer is, nothing moves. */
const backToLeft = EditorView.updateListener.of(({ view, transactions }) => {
  const byKey = transactions.some(
    (transaction) =>
      !transaction.isUserEvent("select.pointer") &&
      ["select", "input", "delete"].some((event) => transaction.isUserEvent(event)),
  );
  if (!byKey || view.scrollDOM.scrollLeft === 0) {
    return;
  }
  view.requestMeasure({
    key: backToLeft,
    read: () => {
      const cursor = view.coordsAtPos(view.state.selection.main.head);
      const { left, right } = view.scrollDOM.getBoundingClientRect();
      return cursor !== null && cursor.left + view.scrollDOM.scrollLeft - left < right - left - MARGIN;
    },
    write: (fits) => {
      if (fits) {
        view.scrollDOM.scrollLeft = 0;
      }
    },
  });
});

export function lineWidth(): Extension {
  return [wrapping.of(wrappingNow()), wrapWhenNarrow, backToLeft];
}
