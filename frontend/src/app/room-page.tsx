import { useEffect, useState } from "react";
import { Documents } from "../documents/documents";
import { FileTree } from "../documents/file-tree";
import { lineAt, placeOf } from "../documents/hunk-places";
import { openWorkspace, type Workspace } from "../documents/workspace";
import { Preview } from "../preview/preview";
import type { RoomSession } from "../rooms/session";
import { RunPanel } from "../runs/run-panel";
import { Conversation } from "../turns/conversation";
import { PromptBar } from "../turns/prompt-bar";
import { watchStopKeys } from "../turns/stop-keys";
import { notify } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import type { Hunk } from "../wire/types";
import { ClosedBanner } from "./closed-banner";
import { Header } from "./header";
import { NarrowLayout } from "./narrow-layout";
import { hasPrompt } from "./pending";
import { useTitle } from "./titles";
import { useUntouched } from "./untouched";
import { usePendingPrompt } from "./use-pending-prompt";
import { useRunPlace } from "./use-run-place";
import { WideLayout } from "./wide-layout";
import "./room-page.css";

/** Below this width the panes become tabs. */
const NARROW = "(max-width: 819px)";

/** A room: its panes, each made once and handed to whichever layout fits the screen. */
export function RoomPage({ session }: { session: RoomSession }) {
  const [workspace] = useState(() => openWorkspace(session));
  useEffect(() => workspace.followModels(), [workspace]);
  useEffect(() => watchStopKeys(session), [session]);
  const [untouched, markAsked] = useUntouched(hasPrompt(session.id));
  const { files, whereabouts, desk, memory } = workspace;
  const asked = () => {
    desk.startFollowing();
    markAsked();
  };
  usePendingPrompt(session, asked);
  useTitle(session);
  const currentPath = useCurrentPath(workspace);
  const narrow = useNarrow();
  const runPlace = useRunPlace(session, files);
  const open = (path: string, line: number) => {
    const file = files.get().find((known) => known.path === path);
    if (file === undefined) {
      notify(`${path} is not there any more.`);
    } else {
      desk.show(file.id, line);
    }
  };
  const openHunk = (hunk: Hunk) => {
    const text =
      files
        .get()
        .find(({ path }) => path === hunk.path)
        ?.text.toString() ?? "";
    const place = placeOf(text, hunk);
    open(hunk.path, place === null ? (hunk.line ?? 1) : lineAt(text, place.from));
  };
  const panes = {
    files: (onOpened?: () => void) => (
      <FileTree session={session} files={files} whereabouts={whereabouts} desk={desk} onOpened={onOpened} />
    ),
    editor: <Documents session={session} files={files} whereabouts={whereabouts} desk={desk} memory={memory} />,
    preview: <Preview session={session} files={files} focusWhenSettled={untouched} onOpen={open} />,
    conversation: <Conversation session={session} onOpen={openHunk} />,
    prompt: <PromptBar session={session} currentPath={currentPath} onAsked={asked} />,
    run: <RunPanel session={session} files={files} currentPath={currentPath} onOpen={open} />,
  };
  return (
    <div className="room">
      <Header session={session} whereabouts={whereabouts} />
      <ClosedBanner session={session} />
      {narrow ? (
        <NarrowLayout panes={panes} session={session} untouched={untouched} desk={desk} />
      ) : (
        <WideLayout panes={panes} runPlace={runPlace} />
      )}
    </div>
  );
}

function useCurrentPath({ files, desk }: Workspace): string | null {
  const active = useStore(desk.state, (state) => state.active);
  return useStore(files, (all) => all.find(({ id }) => id === active)?.path ?? null);
}

function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const update = () => setNarrow(query.matches);
    query.addEventListener("change", update);
    return () => query.removeEventListener("change", update);
  }, []);
  return narrow;
}
