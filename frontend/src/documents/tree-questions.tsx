import { Dialog } from "../ui/dialog";
import type { Dropped } from "./dropped";
import { PathDialog } from "./path-dialog";
import type { TreeNode } from "./tree";
import type { TreeActions } from "./tree-actions";

/** What the tree asks. `taken`: those of the files that come in at whose path there is one already. */
export type TreeQuestion =
  | { readonly kind: "new-file" | "new-folder"; readonly folder: string }
  | { readonly kind: "rename"; readonly node: TreeNode }
  | { readonly kind: "taken"; readonly dropped: readonly Dropped[]; readonly taken: readonly string[] };

interface TreeQuestionsProps {
  readonly question: TreeQuestion;
  readonly actions: TreeActions;
  readonly onTake: (dropped: readonly Dropped[], replace: boolean) => void;
  readonly onOpened: () => void;
  readonly onClose: () => void;
}

const NAMED = 5;

export function TreeQuestions({ question, actions, onTake, onOpened, onClose }: TreeQuestionsProps) {
  switch (question.kind) {
    case "new-file":
      return (
        <PathDialog
          title="New file"
          action="Create"
          initial={question.folder === "" ? "" : `${question.folder}/`}
          problemOf={(path) => actions.newProblem(path)}
          onDone={(path) => {
            actions.newFile(path);
            onOpened();
          }}
          onClose={onClose}
        />
      );
    case "new-folder":
      return (
        <PathDialog
          title="New folder"
          action="Create"
          initial={question.folder === "" ? "" : `${question.folder}/`}
          placeholder="images"
          problemOf={(path) => actions.newProblem(path)}
          onDone={(path) => actions.newFolder(path)}
          onClose={onClose}
        />
      );
    case "rename": {
      const { path } = question.node;
      return (
        <PathDialog
          title={`Rename or move ${path}`}
          action="Rename"
          initial={path}
          problemOf={(to) => actions.moveProblem(path, to)}
          onDone={(to) => actions.rename(path, to)}
          onClose={onClose}
        />
      );
    }
    case "taken": {
      const { taken, dropped } = question;
      const answer = (replace: boolean) => {
        onTake(dropped, replace);
        onClose();
      };
      return (
        <Dialog
          title={taken.length === 1 ? `${taken[0]} exists already` : `${taken.length} files exist already`}
          onClose={onClose}
        >
          {taken.length > 1 && (
            <ul className="small muted taken">
              {taken.slice(0, NAMED).map((path) => (
                <li key={path}>{path}</li>
              ))}
              {taken.length > NAMED && <li>and {taken.length - NAMED} more</li>}
            </ul>
          )}
          <div className="dialog-actions">
            <button type="button" className="button quiet" onClick={onClose}>
              Cancel
            </button>
            <button type="button" className="button" onClick={() => answer(true)}>
              Replace
            </button>
            <button type="button" className="button primary" onClick={() => answer(false)}>
              Keep both
            </button>
          </div>
        </Dialog>
      );
    }
  }
}
