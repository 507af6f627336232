import { useEffect, useRef } from "react";
import { type DiffOptions, type OpenDiff, openDiff } from "./diff-view";
import "./diff.css";

/** A diff in the page. What comes after may change while it is shown; anything else makes a new one. */
export function Diff({ path, before, after, layout, folded }: DiffOptions) {
  const place = useRef<HTMLDivElement>(null);
  const open = useRef<OpenDiff | null>(null);
  const latest = useRef(after);
  latest.current = after;
  useEffect(() => {
    if (place.current !== null) {
      open.current = openDiff(place.current, { path, before, after: latest.current, layout, folded });
    }
    return () => open.current?.destroy();
  }, [path, before, layout, folded]);
  useEffect(() => {
    open.current?.update(after);
  }, [after]);
  return <div className="timeline-diff" data-layout={layout} ref={place} />;
}
