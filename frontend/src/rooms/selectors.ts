/** Questions that several views ask of a room's state. */
import type { Turn } from "../wire/types";
import { turnOver } from "./reducer";
import type { RoomState } from "./state";

/** One's own turn that still runs, the newest first; those that wait for another one do not. */
export function ownRunningTurn(state: RoomState): Turn | null {
  const runs = (turn: Turn) => !turnOver(turn) && turn.waits_for === null;
  return state.turns.findLast((turn) => runs(turn) && turn.member === state.me?.id) ?? null;
}

export function turnRuns(state: RoomState): boolean {
  return state.turns.some((turn) => !turnOver(turn));
}

export function mayDecide(state: RoomState): boolean {
  return state.me?.role === "owner" && state.connection !== "closed";
}

export function mayWrite(state: RoomState): boolean {
  return state.me !== null ? state.me.role !== "viewer" : state.room !== null && state.room.role !== "viewer";
}
