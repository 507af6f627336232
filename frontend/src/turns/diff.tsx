import { useMemo } from "react";
import { lineDiff } from "../rooms/line-diff";

/** Diffs longer than this are cut: the file itself is one click away. */
const MOST_LINES = 200;
const SIGNS = { same: " ", added: "+", removed: "−" };

/** A change by lines. */
export function Diff({ before, after }: { before: string; after: string }) {
  const lines = useMemo(() => lineDiff(before, after), [before, after]);
  return (
    <pre className="diff">
      {lines.slice(0, MOST_LINES).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one diff never move
        <span key={index} className={`diff-${line.kind}`}>
          {`${SIGNS[line.kind]} ${line.text}\n`}
        </span>
      ))}
      {lines.length > MOST_LINES && <span className="muted">{`… ${lines.length - MOST_LINES} more lines`}</span>}
    </pre>
  );
}
