import { useEffect, useState } from "react";

/** Below this width the panes become tabs. */
const NARROW = "(max-width: 819px)";

/** True on screens that have room for one pane only. */
export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const update = () => setNarrow(query.matches);
    query.addEventListener("change", update);
    return () => query.removeEventListener("change", update);
  }, []);
  return narrow;
}
