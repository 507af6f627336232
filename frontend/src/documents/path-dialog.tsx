import { type FormEvent, useId, useRef, useState } from "react";
import { Dialog } from "../ui/dialog";

interface PathDialogProps {
  readonly title: string;
  readonly action: string;
  readonly initial: string;
  readonly placeholder?: string;
  /** Why the path that was typed cannot be had; null if it can. */
  readonly problemOf: (path: string) => string | null;
  readonly onDone: (path: string) => void;
  readonly onClose: () => void;
}

/** Asks for a path and says at once what is wrong with it. */
export function PathDialog({
  title,
  action,
  initial,
  placeholder = "game/snake.js",
  problemOf,
  onDone,
  onClose,
}: PathDialogProps) {
  const [path, setPath] = useState(initial);
  const label = useId();
  const hint = useId();
  const field = useRef<HTMLInputElement>(null);
  const focusName = () => {
    field.current?.focus();
    field.current?.setSelectionRange(path.lastIndexOf("/") + 1, stemEnd(path));
  };
  const wanted = path.trim();
  const problem = problemOf(wanted);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problem === null) {
      onDone(wanted);
      onClose();
    }
  };
  return (
    <Dialog title={title} onClose={onClose} onFocus={focusName}>
      <form onSubmit={submit} className="path-form">
        <label htmlFor={label} className="small muted">
          Path, with / for folders
        </label>
        <input
          id={label}
          ref={field}
          className="field"
          value={path}
          onChange={(event) => setPath(event.target.value)}
          placeholder={placeholder}
          spellCheck={false}
          autoComplete="off"
          aria-describedby={hint}
        />
        <p id={hint} className="small path-hint" role="status">
          {wanted !== "" && problem}
        </p>
        <div className="dialog-actions">
          <button type="button" className="button quiet" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={problem !== null}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** The end of a name without its extension, so that typing replaces the name alone. */
function stemEnd(path: string): number {
  const dot = path.lastIndexOf(".");
  return dot > path.lastIndexOf("/") + 1 ? dot : path.length;
}
