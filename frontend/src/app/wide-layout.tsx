import { useCallback, useState } from "react";
import { createPortal } from "react-dom";
import { Group, Panel, Separator, useDefaultLayout } from "react-resizable-panels";
import type { RunPlace } from "./arrangement";
import type { Panes } from "./panes";

/** Panes scroll inside themselves. */
const CLIPPED = { overflow: "hidden" };

interface WideLayoutProps {
  readonly panes: Panes;
  readonly runPlace: RunPlace;
}

/** All panes side by side, with sizes that this browser remembers. */
export function WideLayout({ panes, runPlace }: WideLayoutProps) {
  const columns = useDefaultLayout({ id: "sparkroom:columns", storage: localStorage });
  const centre = useDefaultLayout({
    id: "sparkroom:centre",
    panelIds: runPlace === "below" ? ["editor", "run"] : ["editor"],
    storage: localStorage,
  });
  const side = useDefaultLayout({ id: "sparkroom:side", storage: localStorage });
  const { run, slot } = useMovable();
  return (
    <>
      <Group className="layout" orientation="horizontal" {...columns}>
        <Panel id="files" style={CLIPPED} defaultSize="200px" minSize="140px" maxSize="420px">
          {panes.files()}
        </Panel>
        <Separator className="divider" aria-label="Width of the files" />
        <Panel id="centre" style={CLIPPED} minSize="280px">
          <Group orientation="vertical" {...centre}>
            <Panel id="editor" style={CLIPPED} minSize="120px">
              {panes.editor}
            </Panel>
            {runPlace === "below" && (
              <>
                <Separator className="divider" aria-label="Height of the editor" />
                <Panel id="run" style={CLIPPED} defaultSize="26%" minSize="44px">
                  <div className="pane" ref={slot} />
                </Panel>
              </>
            )}
          </Group>
        </Panel>
        <Separator className="divider" aria-label="Width of the editor" />
        <Panel id="side" style={CLIPPED} defaultSize="42%" minSize="280px">
          <Group orientation="vertical" {...side}>
            <Panel id="preview" style={CLIPPED} minSize="120px">
              {runPlace === "preview" && <div className="pane" ref={slot} />}
              <div className="pane" hidden={runPlace === "preview"}>
                {panes.preview}
              </div>
            </Panel>
            <Separator className="divider" aria-label="Height of the conversation" />
            <Panel id="chat" className="chat" style={CLIPPED} defaultSize="44%" minSize="160px">
              {panes.conversation}
              {panes.prompt}
            </Panel>
          </Group>
        </Panel>
      </Group>
      {runPlace === "hidden" && <div hidden ref={slot} />}
      {createPortal(panes.run, run)}
    </>
  );
}

/** An element that keeps what is in it while it moves: it is where `slot` was last given as a `ref`. */
function useMovable() {
  const [run] = useState(() => {
    const element = document.createElement("div");
    element.className = "pane";
    return element;
  });
  const slot = useCallback((place: HTMLElement | null) => place?.append(run), [run]);
  return { run, slot };
}
