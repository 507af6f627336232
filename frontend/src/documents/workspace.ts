/** What the panes of one open room share: its files, who is where, what is open, and what the editors remember. */
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { type Whereabout, watchWhereabouts } from "../rooms/whereabouts";
import { type Desk, openDesk } from "./desk";
import { EditorMemory } from "./editor-view";
import { type DocumentFile, watchFiles } from "./files";
import { followModels } from "./following";
import { loadLanguage } from "./language";

export interface Workspace {
  readonly files: Store<readonly DocumentFile[]>;
  readonly whereabouts: Store<readonly Whereabout[]>;
  readonly desk: Desk;
  readonly memory: EditorMemory;
  /** Opens what models write while the desk follows, and something to look at first. Ends when the answer is called. */
  followModels(): () => void;
}

/** What is opened in a room that was never seen here, in this order of preference. */
const FIRST = ["index.html", "main.py", "README.md"];

export function openWorkspace(session: RoomSession): Workspace {
  const files = watchFiles(session.doc);
  const whereabouts = watchWhereabouts(session.awareness);
  const desk = openDesk(session.id);
  // The first file of a new room would otherwise be written faster than its language is fetched.
  for (const path of ["a.html", "a.css", "a.js", "a.py"]) {
    void loadLanguage(path);
  }
  return {
    files,
    whereabouts,
    desk,
    memory: new EditorMemory(),
    followModels() {
      const stopFollowing = followModels(session, files, whereabouts, desk);
      const stopOpening = openFirst(session, files, desk);
      return () => {
        stopFollowing();
        stopOpening();
      };
    },
  };
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
