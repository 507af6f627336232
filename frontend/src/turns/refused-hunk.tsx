import { ChevronDown, ChevronRight, Copy, PencilLine } from "lucide-react";
import { useState } from "react";
import { copyText } from "../ui/clipboard";
import { IconButton } from "../ui/icon-button";
import { notify } from "../ui/toasts";
import type { Hunk } from "../wire/types";
import { Diff } from "./diff";

interface RefusedHunkProps {
  readonly hunk: Hunk;
  /** True if this person may put it in its place by hand. */
  readonly writable: boolean;
  /** Opens the file with the proposed text beside it. */
  readonly onApplyByHand: (hunk: Hunk) => void;
}

/** A change that could not be made: why, what it was to be, and a way to make it by hand. */
export function RefusedHunk({ hunk, writable, onApplyByHand }: RefusedHunkProps) {
  const [shown, setShown] = useState(false);
  const proposes = hunk.before !== hunk.after;
  return (
    <li className="hunk" data-state="refused">
      <div className="hunk-line">
        <button
          type="button"
          className="hunk-toggle"
          aria-expanded={shown}
          aria-label={`${shown ? "Hide" : "Show"} the proposed change in ${hunk.path}`}
          onClick={() => setShown(!shown)}
          disabled={!proposes}
        >
          {shown ? <ChevronDown className="icon" /> : <ChevronRight className="icon" />}
        </button>
        <span className="hunk-place">
          <span className="hunk-path">{hunk.path}</span>
          <span className="hunk-note"> · not applied</span>
        </span>
        {hunk.after !== "" && (
          <span className="hunk-decisions">
            <IconButton label={`Copy the proposed text for ${hunk.path}`} onClick={() => void copy(hunk.after)}>
              <Copy className="icon" />
            </IconButton>
          </span>
        )}
      </div>
      {hunk.message !== null && <p className="hunk-message">{hunk.message}</p>}
      {shown && <Diff before={hunk.before} after={hunk.after} />}
      {writable && hunk.after !== "" && (
        <div className="hunk-by-hand">
          <button type="button" className="button" onClick={() => onApplyByHand(hunk)}>
            <PencilLine className="icon" /> Apply by hand
          </button>
        </div>
      )}
    </li>
  );
}

async function copy(text: string): Promise<void> {
  notify((await copyText(text)) ? "Proposed text copied" : "The browser did not allow copying");
}
