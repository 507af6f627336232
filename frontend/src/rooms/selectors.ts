/** Questions that several views ask of a room's state. */
import type { Turn } from "../wire/types";
import { turnOver } from "./reducer";
import type { RoomState } from "./state";

/** One's own turn that still runs, the newest first. */
export function ownRunningTurn(state: RoomState): Turn | null {
  return state.turns.findLast((turn) => !turnOver(turn) && turn.member === state.me?.id) ?? null;
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
