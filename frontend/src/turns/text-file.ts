import type * as Y from "yjs";

/** A document of the room, as far as turns care. */
export interface TextFile {
  readonly id: string;
  /** As it is shown: unique in the room. */
  readonly path: string;
  readonly text: Y.Text;
}
