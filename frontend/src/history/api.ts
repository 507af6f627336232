/** The history's part of the HTTP API. Every failure is a `Refusal`. */
import { call, request } from "../rooms/api";
import type { AskForFork, Comparison, NewRoom, Timeline } from "../wire/types";

const PAGE = 500;

/** The last steps, or the last before the step `before`. */
export function readTimeline(room: string, before: string | null): Promise<Timeline> {
  const query = new URLSearchParams({ limit: String(PAGE), ...(before === null ? {} : { before }) });
  return call<Timeline>("GET", `${base(room)}/timeline?${query}`);
}

/** A step's files beside those of now. */
export function readComparison(room: string, step: string): Promise<Comparison> {
  return call<Comparison>("GET", `${base(room)}/checkpoints/${encodeURIComponent(step)}`);
}

/** A file's text as it was at a step. */
export async function readText(room: string, step: string, path: string): Promise<string> {
  const file = path.split("/").map(encodeURIComponent).join("/");
  const response = await request("GET", `${base(room)}/checkpoints/${encodeURIComponent(step)}/files/${file}`);
  return await response.text();
}

/** A new room of this one's files, as they are now or were at a step. */
export function forkRoom(room: string, step: string | null): Promise<NewRoom> {
  const ask: AskForFork = { checkpoint: step };
  return call<NewRoom>("POST", `${base(room)}/fork`, ask);
}

function base(room: string): string {
  return `/api/rooms/${encodeURIComponent(room)}`;
}
