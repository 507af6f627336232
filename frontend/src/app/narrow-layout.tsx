import { Code, FolderTree, MessageSquare, MonitorPlay, SquareTerminal } from "lucide-react";
import { Dialog } from "radix-ui";
import { useEffect, useState } from "react";
import type { Desk } from "../documents/desk";
import { ownRunningTurn } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import { useStore } from "../ui/use-store";
import type { Panes } from "./panes";

const TABS = [
  ["code", "Code", Code],
  ["preview", "Preview", MonitorPlay],
  ["chat", "Chat", MessageSquare],
  ["run", "Run", SquareTerminal],
] as const;
type Tab = (typeof TABS)[number][0];

interface NarrowLayoutProps {
  readonly panes: Panes;
  readonly session: RoomSession;
  readonly untouched: boolean;
  readonly desk: Desk;
}

/** One pane at a time. All of them stay where they are, so that the preview runs on behind the code. */
export function NarrowLayout({ panes, session, untouched, desk }: NarrowLayoutProps) {
  const [tab, setTab] = useState<Tab>("chat");
  const [browsing, setBrowsing] = useState(false);
  useShownPane(session, untouched, desk, setTab);
  return (
    <>
      <div className="layout narrow">
        <div className="narrow-pane" hidden={tab !== "code"}>
          <div className="narrow-files">
            <button type="button" className="button quiet" onClick={() => setBrowsing(true)}>
              <FolderTree className="icon" /> Files
            </button>
          </div>
          {panes.editor}
        </div>
        <div className="narrow-pane" hidden={tab !== "preview"}>
          {panes.preview}
        </div>
        <div className="narrow-pane chat" hidden={tab !== "chat"}>
          {panes.conversation}
        </div>
        <div className="narrow-pane" hidden={tab !== "run"}>
          {panes.run}
        </div>
      </div>
      <div className="narrow-prompt" hidden={tab === "run"}>
        {panes.prompt}
      </div>
      <nav className="narrow-tabs" aria-label="Panes">
        {TABS.map(([name, label, Icon]) => (
          <button
            key={name}
            type="button"
            aria-current={tab === name ? "page" : undefined}
            onClick={() => setTab(name)}
          >
            <Icon className="icon" />
            {label}
          </button>
        ))}
      </nav>
      <Dialog.Root open={browsing} onOpenChange={setBrowsing}>
        <Dialog.Portal>
          <Dialog.Overlay className="dialog-veil" />
          <Dialog.Content className="narrow-drawer" aria-describedby={undefined}>
            <Dialog.Title className="visually-hidden">Files</Dialog.Title>
            {panes.files(() => setBrowsing(false))}
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
    </>
  );
}

/** Who asked and touched nothing since sees the code while it is written and then the page; a jump to a line and somebody to follow show the code. */
function useShownPane(session: RoomSession, untouched: boolean, desk: Desk, setTab: (tab: Tab) => void): void {
  const writing = useStore(session.state, (state) => ownRunningTurn(state)?.hunks.length ?? null);
  const [wrote, setWrote] = useState(false);
  useEffect(() => {
    if (writing !== null && writing > 0) {
      setWrote(true);
      if (untouched) {
        setTab("code");
      }
    } else if (writing === null && wrote) {
      setWrote(false);
      if (untouched) {
        setTab("preview");
      }
    }
  }, [writing, wrote, untouched, setTab]);
  const place = useStore(desk.state, (state) => state.place);
  const wanted = useStore(desk.tests.wanted, (ids) => ids);
  const shown = useStore(desk.tests.shown, (run) => run);
  useEffect(() => {
    if (wanted !== null || shown !== null) setTab("run");
  }, [wanted, shown, setTab]);
  const leader = useStore(desk.guide.leader, (value) => value);
  useEffect(() => {
    if (place !== null || leader !== null) {
      setTab("code");
    }
  }, [place, leader, setTab]);
}
