/**
 * What a browser knows of its room, apart from the text: built from `hello` and the events after it.
 * Framework-free; React reads it through `useStore`.
 */
import type { JoinRequest, Member, Message, Room, Run, Turn } from "../wire/types";

/** How the socket is. `closed` is final: the server refused, and `RoomState.closed` says why. */
export type Connection = "connecting" | "live" | "offline" | "closed";

export interface RoomState {
  readonly connection: Connection;
  readonly closed: { readonly code: number; readonly reason: string } | null;
  /** True once this browser's document has been level with the server's since the page was opened. */
  readonly synced: boolean;
  /** True when the server has committed every edit made here. */
  readonly saved: boolean;
  /** True while this browser writes down what is typed, so that it outlives the page until the server has it. */
  readonly kept: boolean;
  /** True when the server is there but has acknowledged nothing for some seconds, though it was sent something. */
  readonly stalled: boolean;
  readonly me: Member | null;
  readonly room: Room | null;
  readonly members: readonly Member[];
  /** Oldest first. */
  readonly turns: readonly Turn[];
  /** Oldest first. */
  readonly runs: readonly Run[];
  /**
   * When the room's files last changed, in the server's milliseconds since 1970, as far as is known: what a run that was
   * asked before that ran is not the text of now.
   */
  readonly changedAt: number | null;
  readonly messages: readonly Message[];
  /** Who waits for an owner to let them in, longest first. */
  readonly requests: readonly JoinRequest[];
}

/** A value that can be read and watched. */
export interface Store<T> {
  get(): T;
  /** Calls `listener` after each change, until the function it returns is called. */
  subscribe(listener: () => void): () => void;
}
