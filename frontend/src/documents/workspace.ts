/** What the panes of one open room share: its files, who is where, what is open, and what the editors remember. */
import { openGuide } from "../rooms/guide";
import { mayWrite } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { createStore } from "../rooms/store";
import { type Whereabout, watchWhereabouts } from "../rooms/whereabouts";
import type { Lines } from "../wire/types";
import { Breakpoints } from "./breakpoints";
import { type Desk, openDesk } from "./desk";
import { EditorMemory } from "./editor-view";
import { type DocumentFile, documentsOf, type RoomFile, watchAllFiles } from "./files";
import { followMember, followModels } from "./following";
import { loadLanguage } from "./language";
import { TreeActions, type TreeState } from "./tree-actions";
import { Uploads } from "./uploads";

export interface Workspace {
  /** The room's documents. */
  readonly files: Store<readonly DocumentFile[]>;
  /** Its documents and binary files. */
  readonly allFiles: Store<readonly RoomFile[]>;
  readonly whereabouts: Store<readonly Whereabout[]>;
  readonly desk: Desk;
  /** The lines that are selected in the editor in front. */
  readonly selected: Store<Lines | null>;
  readonly tree: Store<TreeState>;
  readonly actions: TreeActions;
  readonly uploads: Uploads;
  readonly memory: EditorMemory;
  /** Opens what the desk follows, and something to look at first. Ends when the answer is called. */
  follow(): () => void;
}

/** What is opened in a room that was never seen here, in this order of preference. */
const FIRST = ["index.html", "main.py", "README.md"];

export function openWorkspace(session: RoomSession): Workspace {
  const allFiles = watchAllFiles(session.doc);
  const files = documentsOf(allFiles);
  const whereabouts = watchWhereabouts(session.awareness);
  const desk = openDesk(session.id, openGuide(session.awareness, session.state), new Breakpoints(session.doc, files));
  // The first file of a new room would otherwise be written faster than its language is fetched.
  for (const path of ["a.html", "a.css", "a.js", "a.py"]) {
    void loadLanguage(path);
  }
  const tree = createStore<TreeState>({ collapsed: new Set(), folders: [] });
  return {
    files,
    allFiles,
    whereabouts,
    desk,
    selected: selectedIn(files, desk),
    tree,
    actions: new TreeActions(session.doc, session.state, allFiles, tree, desk),
    uploads: new Uploads(session, allFiles),
    memory: new EditorMemory(() => mayWrite(session.state.get())),
    follow() {
      const stopModels = followModels(session, files, whereabouts, desk);
      const stopMember = followMember(files, desk);
      const stopOpening = openFirst(session, files, desk);
      return () => {
        stopModels();
        stopMember();
        stopOpening();
      };
    },
  };
}

/** What is selected, by its path; the same object as long as it stays the same. */
function selectedIn(files: Store<readonly DocumentFile[]>, desk: Desk): Store<Lines | null> {
  const store = createStore<Lines | null>(null);
  const look = () => {
    const selected = desk.selected.get();
    const path = files.get().find(({ id }) => id === selected?.file)?.path;
    if (selected === null || path === undefined) {
      store.set(null);
    } else {
      const known = store.get();
      const { first, last } = selected;
      if (known?.path !== path || known.first !== first || known.last !== last) store.set({ path, first, last });
    }
  };
  desk.selected.subscribe(look);
  files.subscribe(look);
  return store;
}

/** Opens one file, once, as soon as the room's files are known and if nothing was left open. */
function openFirst(session: RoomSession, files: Store<readonly DocumentFile[]>, desk: Desk): () => void {
  const stop = session.state.subscribe(() => {
    if (session.state.get().synced) {
      stop();
      const known = files.get();
      const first = FIRST.map((path) => known.find((file) => file.path === path)).find((file) => file) ?? known[0];
      if (first !== undefined && desk.state.get().open.length === 0) {
        desk.follow(first.id);
      }
    }
  });
  return stop;
}
