import type { Sent } from "../wire/types";
import { sentLine, sentParts } from "./figures";

/** What a turn's model was told, on request. */
export function SentNote({ sent }: { sent: Sent }) {
  return (
    <details className="sent-note">
      <summary>{sentLine(sent)}</summary>
      {sent.files.length > 0 && (
        <ul aria-label="Files that were sent whole">
          {sent.files.map((path) => (
            <li key={path}>{path}</li>
          ))}
        </ul>
      )}
      {sentParts(sent).map((part) => (
        <p key={part}>{part}</p>
      ))}
    </details>
  );
}
