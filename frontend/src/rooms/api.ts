/** The HTTP API, as far as the pages use it. Every failure is a `Refusal` with the server's own words. */
import type { AskForRoom, ChangeRoom, Links, NewRoom, Problem, Room } from "../wire/types";
import { Refusal } from "./refusal";

export function makeRoom(ask: AskForRoom): Promise<NewRoom> {
  return call<NewRoom>("POST", "/api/rooms", ask);
}

/** Exchanges the token of a link for the room's cookie. */
export function enterRoom(id: string, token: string): Promise<Room> {
  return call<Room>("POST", `/api/rooms/${encodeURIComponent(id)}/session`, { token });
}

export function readRoom(id: string): Promise<Room> {
  return call<Room>("GET", `/api/rooms/${encodeURIComponent(id)}`);
}

/** Gives the room another title; owners only. Everybody in it hears so by an event. */
export function retitleRoom(id: string, title: string): Promise<Room> {
  const change: ChangeRoom = { title };
  return call<Room>("PATCH", `/api/rooms/${encodeURIComponent(id)}`, change);
}

/** Whole links of each role; owners only. */
export function readLinks(id: string): Promise<Links> {
  return call<Links>("GET", `/api/rooms/${encodeURIComponent(id)}/links`);
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
    });
  } catch {
    throw new Refusal({ code: "unavailable", message: "The server cannot be reached. Is it running?" });
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    throw new Refusal(
      isProblem(answer) ? answer : { code: "internal", message: `The server answered ${response.status}.` },
    );
  }
  return answer as T;
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Problem).code === "string" &&
    typeof (value as Problem).message === "string"
  );
}
