import type { ReactNode } from "react";

/** The panes of a room, for a layout to place. */
export interface Panes {
  /** `onOpened` is called when a file was chosen. */
  readonly files: (onOpened?: () => void) => ReactNode;
  readonly editor: ReactNode;
  readonly preview: ReactNode;
  readonly conversation: ReactNode;
  readonly prompt: ReactNode;
  readonly run: ReactNode;
}
