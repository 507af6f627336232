import { Group, Panel, Separator, useDefaultLayout } from "react-resizable-panels";
import type { Panes } from "./panes";

/** Panes scroll inside themselves. */
const CLIPPED = { overflow: "hidden" };

/** All panes side by side, with sizes that this browser remembers. */
export function WideLayout({ panes }: { panes: Panes }) {
  const columns = useDefaultLayout({ id: "sparkroom:columns", storage: localStorage });
  const centre = useDefaultLayout({ id: "sparkroom:centre", storage: localStorage });
  const side = useDefaultLayout({ id: "sparkroom:side", storage: localStorage });
  return (
    <Group className="layout" orientation="horizontal" {...columns}>
      <Panel id="files" style={CLIPPED} defaultSize="200px" minSize="140px" maxSize="420px">
        {panes.files()}
      </Panel>
      <Separator className="divider" />
      <Panel id="centre" style={CLIPPED} minSize="280px">
        <Group orientation="vertical" {...centre}>
          <Panel id="editor" style={CLIPPED} minSize="120px">
            {panes.editor}
          </Panel>
          <Separator className="divider" />
          <Panel id="run" style={CLIPPED} defaultSize="26%" minSize="44px">
            {panes.run}
          </Panel>
        </Group>
      </Panel>
      <Separator className="divider" />
      <Panel id="side" style={CLIPPED} defaultSize="42%" minSize="280px">
        <Group orientation="vertical" {...side}>
          <Panel id="preview" style={CLIPPED} minSize="120px">
            {panes.preview}
          </Panel>
          <Separator className="divider" />
          <Panel id="chat" className="chat" style={CLIPPED} defaultSize="44%" minSize="160px">
            {panes.conversation}
            {panes.prompt}
          </Panel>
        </Group>
      </Panel>
    </Group>
  );
}
