import { FileIcon } from "../documents/file-icon";
import type { Difference } from "../wire/types";

interface FileChipsProps {
  readonly files: readonly { readonly path: string; readonly difference: Difference }[];
  /** So many are not listed. */
  readonly more?: number;
  readonly current: string;
  readonly onChoose: (path: string) => void;
}

const WORDS: Readonly<Record<Difference, string>> = { same: "", changed: "", added: "added", deleted: "deleted" };

/** The files that differ, to choose one. */
export function FileChips({ files, more = 0, current, onChoose }: FileChipsProps) {
  return (
    <div className="timeline-files" role="tablist" aria-label="Files that differ">
      {files.map(({ path, difference }) => (
        <button
          key={path}
          type="button"
          role="tab"
          aria-selected={path === current}
          className="timeline-file"
          data-difference={difference}
          onClick={() => onChoose(path)}
        >
          <FileIcon path={path} />
          <span>{path}</span>
          {WORDS[difference] !== "" && <span className="timeline-sign">{WORDS[difference]}</span>}
        </button>
      ))}
      {more > 0 && <span className="small muted">and {more.toLocaleString("en")} more</span>}
    </div>
  );
}
