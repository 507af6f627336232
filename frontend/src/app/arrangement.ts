/** Where a wide layout puts the run panel: pure, from what the room holds. */
import { isPage } from "../preview/pages";
import { hasPrograms, hasTests } from "../runs/choice";

/** `below` the editor; in the `preview`'s place, since there is no page; or `hidden`, since there is nothing to run. */
export type RunPlace = "below" | "preview" | "hidden";

/** `ran`: there are runs to look at, whatever can be run now. */
export function runPlace(paths: readonly string[], ran: boolean): RunPlace {
  if (!ran && !hasPrograms(paths) && !hasTests(paths)) {
    return "hidden";
  }
  return paths.some(isPage) ? "below" : "preview";
}

/**
 * The place to show. While a turn writes, what there is to run changes with every file, and panes that move would be
 * in the way: only a page that came to be claims its place back at once.
 */
export function steadyPlace(shown: RunPlace, wanted: RunPlace, busy: boolean): RunPlace {
  return busy && !(shown === "preview" && wanted !== "preview") ? shown : wanted;
}
