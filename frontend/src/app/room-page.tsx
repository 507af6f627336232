import { useCallback, useEffect, useState } from "react";
import { Documents } from "../documents/documents";
import { FileTree } from "../documents/file-tree";
import { lineAt, placeOf } from "../documents/hunk-places";
import { openWorkspace, type Workspace } from "../documents/workspace";
import { TimelineAt } from "../history/timeline-at";
import { Preview } from "../preview/preview";
import type { RoomSession } from "../rooms/session";
import { RunPanel } from "../runs/run-panel";
import { Citations } from "../turns/citations";
import { Conversation } from "../turns/conversation";
import { askFor, askToFix, pathsOf } from "../turns/fixing";
import { PLAN, promptFor } from "../turns/plan";
import { PlanView } from "../turns/plan-view";
import { PromptBar } from "../turns/prompt-bar";
import { watchStopKeys } from "../turns/stop-keys";
import { notify } from "../ui/toasts";
import { useNarrow } from "../ui/use-narrow";
import { useStore } from "../ui/use-store";
import type { Fault, Hunk } from "../wire/types";
import { ClosedBanner } from "./closed-banner";
import { Copies } from "./copies";
import { Header } from "./header";
import { NarrowLayout } from "./narrow-layout";
import { Notices } from "./notices";
import { hasPrompt } from "./pending";
import { useTitle } from "./titles";
import { useUntouched } from "./untouched";
import { useModels } from "./use-models";
import { useNews } from "./use-news";
import { usePendingPrompt } from "./use-pending-prompt";
import { useRunPlace } from "./use-run-place";
import { WideLayout } from "./wide-layout";
import "./room-page.css";

/** A room: its panes, each made once and handed to whichever layout fits the screen. */
export function RoomPage({ session }: { session: RoomSession }) {
  const [workspace] = useState(() => openWorkspace(session));
  useEffect(() => workspace.follow(), [workspace]);
  useEffect(() => watchStopKeys(session), [session]);
  const [untouched, markAsked] = useUntouched(hasPrompt(session.id));
  const { files, allFiles, whereabouts, desk, memory } = workspace;
  const asked = () => {
    desk.startFollowing();
    markAsked();
  };
  usePendingPrompt(session, asked);
  useTitle(session);
  useNews(session);
  useModels(session);
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
  const show = (path: string) => {
    const file = allFiles.get().find((known) => known.path === path);
    if (file === undefined) notify(`${path} is not there any more.`);
    else desk.show(file.id);
  };
  const [moment, setMoment] = useState<number | null>(null);
  const [citations] = useState(() => new Citations(session, files));
  useEffect(() => citations.watch(), [citations]);
  const openCited = useCallback(
    (turn: string, path: string, line: number) => {
      const place = citations.find(turn, path, line);
      if (place === null) notify(`${path} is not there any more.`);
      else desk.show(place.file, place.line);
    },
    [citations, desk],
  );
  const showRun = useCallback((run: string) => desk.tests.shown.set({ run }), [desk]);
  const applyByHand = ({ file: id, path, line, before, after }: Hunk) => {
    const file = files.get().find((known) => (id === null ? known.path === path : known.id === id));
    if (file === undefined) notify(`${path} is not there: make the file, and copy the proposed text into it.`);
    else desk.propose({ file: file.id, before, after }, line ?? 1);
  };
  const fix = (problem: Fault) => {
    askToFix(session, problem);
    asked();
  };
  const askAbout = (prompt: string, problem: Fault) => {
    askFor(session, { prompt, problem, files: pathsOf(problem), mode: "ask" });
    asked();
  };
  const openHunk = (hunk: Hunk) => {
    // It may have been renamed since.
    const file = files.get().find(({ id }) => id === hunk.file);
    const text = file?.text.toString() ?? "";
    const place = placeOf(text, hunk);
    open(file?.path ?? hunk.path, place === null ? (hunk.line ?? 1) : lineAt(text, place.from));
  };
  const panes = {
    files: (onOpened?: () => void) => <FileTree session={session} workspace={workspace} onOpened={onOpened} />,
    editor: <Documents session={session} files={allFiles} whereabouts={whereabouts} desk={desk} memory={memory} />,
    preview: (
      <Preview
        session={session}
        files={allFiles}
        guide={desk.guide}
        focusWhenSettled={untouched}
        onOpen={open}
        onFix={fix}
      />
    ),
    conversation: (
      <div className="conversation-pane">
        <Conversation
          session={session}
          files={files}
          onOpen={openHunk}
          onApplyByHand={applyByHand}
          onCited={openCited}
          onRun={showRun}
        />
        <PlanView
          session={session}
          files={files}
          onOpen={desk.show}
          onDo={(item) => {
            askFor(session, { prompt: promptFor(item), files: [PLAN] });
            asked();
          }}
        />
      </div>
    ),
    prompt: (
      <PromptBar
        session={session}
        files={allFiles}
        currentPath={currentPath}
        selected={workspace.selected}
        onAsked={asked}
      />
    ),
    run: (
      <RunPanel
        session={session}
        files={files}
        allFiles={allFiles}
        currentPath={currentPath}
        tests={desk.tests}
        onOpen={open}
        onShow={show}
        onMoment={setMoment}
        onFix={fix}
        onAsk={askAbout}
        breakpoints={desk.breakpoints}
      />
    ),
  };
  return (
    <div className="room">
      <Header session={session} files={files} whereabouts={whereabouts} desk={desk} />
      <ClosedBanner session={session} />
      <Notices session={session} />
      <Copies session={session} files={files} />
      {narrow ? (
        <NarrowLayout panes={panes} session={session} untouched={untouched} desk={desk} />
      ) : (
        <WideLayout panes={panes} runPlace={runPlace} />
      )}
      {moment !== null && <TimelineAt session={session} files={files} at={moment} onClose={() => setMoment(null)} />}
    </div>
  );
}

function useCurrentPath({ files, desk }: Workspace): string | null {
  const active = useStore(desk.state, (state) => state.active);
  return useStore(files, (all) => all.find(({ id }) => id === active)?.path ?? null);
}
