import { ChevronDown, ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { countChanges, lineDiff } from "../rooms/line-diff";
import type { Hunk } from "../wire/types";
import { hunkLine, hunkNote, hunkPlace, inForce } from "./figures";

/** Diffs longer than this are cut: the file itself is one click away. */
const MOST_LINES = 200;

interface HunkRowProps {
  readonly hunk: Hunk;
  /** All hunks of its turn. */
  readonly hunks: readonly Hunk[];
  /** Goes to where the change stands now. */
  readonly onOpen: (hunk: Hunk) => void;
}

/** One change of a turn: where, how much, and on request what. */
export function HunkRow({ hunk, hunks, onOpen }: HunkRowProps) {
  const [shown, setShown] = useState(false);
  const { added, removed } = useMemo(() => countChanges(hunk.before, hunk.after), [hunk.before, hunk.after]);
  const note = hunkNote(hunk);
  const applied = inForce(hunk);
  const line = useMemo(() => (applied ? hunkLine(hunk) : ""), [applied, hunk]);
  return (
    <li className="hunk" data-state={hunk.state}>
      <div className="hunk-line">
        <button
          type="button"
          className="hunk-toggle"
          aria-expanded={shown}
          aria-label={`${shown ? "Hide" : "Show"} the change in ${hunk.path}`}
          onClick={() => setShown(!shown)}
          disabled={hunk.before === hunk.after}
        >
          {shown ? <ChevronDown className="icon" /> : <ChevronRight className="icon" />}
        </button>
        <button type="button" className="hunk-place" onClick={() => onOpen(hunk)}>
          <span className="hunk-path">{hunkPlace(hunk, hunks)}</span>
          {applied && added + removed === 0 && <span className="hunk-note"> · unchanged</span>}
          {applied && added + removed > 0 && (
            <span className="hunk-counts">
              {" · "}
              <span className="added">+{added}</span> <span className="removed">−{removed}</span>
            </span>
          )}
          {note !== "" && <span className="hunk-note">{` · ${note}`}</span>}
          {line !== "" && <code className="hunk-text">{` ${line}`}</code>}
        </button>
      </div>
      {hunk.state === "refused" && hunk.message !== null && <p className="hunk-message">{hunk.message}</p>}
      {shown && <Diff before={hunk.before} after={hunk.after} />}
    </li>
  );
}

function Diff({ before, after }: { before: string; after: string }) {
  const lines = useMemo(() => lineDiff(before, after), [before, after]);
  const signs = { same: " ", added: "+", removed: "−" };
  return (
    <pre className="diff">
      {lines.slice(0, MOST_LINES).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one diff never move
        <span key={index} className={`diff-${line.kind}`}>
          {`${signs[line.kind]} ${line.text}\n`}
        </span>
      ))}
      {lines.length > MOST_LINES && <span className="muted">{`… ${lines.length - MOST_LINES} more lines`}</span>}
    </pre>
  );
}
