/** The HTTP API, as far as the pages use it. Every failure is a `Refusal` with the server's own words. */
import type {
  AskForRoom,
  ChangeRoom,
  JoinState,
  Member,
  ModelReport,
  NewRoom,
  Problem,
  RevokedToken,
  Role,
  Room,
  RoomLinks,
} from "../wire/types";
import { Refusal } from "./refusal";

export function makeRoom(ask: AskForRoom): Promise<NewRoom> {
  return call<NewRoom>("POST", "/api/rooms", ask);
}

/** Exchanges the token of a link for the room's cookie. */
export function enterRoom(id: string, token: string): Promise<Room> {
  return call<Room>("POST", `/api/rooms/${encodeURIComponent(id)}/session`, { token });
}

/** What can be asked, with what is known of it. */
export function readModels(): Promise<ModelReport[]> {
  return call<ModelReport[]>("GET", "/api/models");
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
export function readLinks(id: string): Promise<RoomLinks> {
  return call<RoomLinks>("GET", `/api/rooms/${encodeURIComponent(id)}/links`);
}

/** Makes every link of a role worthless and makes a new one; owners only. */
export function replaceLink(id: string, role: Role): Promise<RevokedToken> {
  return call<RevokedToken>("POST", `/api/rooms/${encodeURIComponent(id)}/tokens/revoke`, { role });
}

/** Owners only. */
export function changeRole(id: string, member: string, role: Role): Promise<Member> {
  return call<Member>("PATCH", memberPath(id, member), { role });
}

/** Owners only. */
export function removeMember(id: string, member: string): Promise<null> {
  return call<null>("DELETE", memberPath(id, member));
}

/** Asks the room's owners to be let in, or to be let write. */
export function askToJoin(id: string, name: string | null): Promise<JoinState> {
  return call<JoinState>("POST", requestPath(id), { name });
}

/** What became of one's own request. */
export function readRequest(id: string, request: string): Promise<JoinState> {
  return call<JoinState>("GET", requestPath(id, request));
}

/** Lets somebody in with a role, or (null) declines; owners only. */
export function answerRequest(id: string, request: string, role: Role | null): Promise<unknown> {
  return call("POST", `${requestPath(id, request)}/answer`, { role });
}

function memberPath(id: string, member: string): string {
  return `/api/rooms/${encodeURIComponent(id)}/members/${encodeURIComponent(member)}`;
}

function requestPath(id: string, request?: string): string {
  const path = `/api/rooms/${encodeURIComponent(id)}/requests`;
  return request === undefined ? path : `${path}/${encodeURIComponent(request)}`;
}

export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await request(method, path, body);
  return (await response.json().catch(() => null)) as T;
}

/** The answer to a call that succeeded, whatever its type. */
export async function request(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? headers : { "Content-Type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refusal({ code: "unavailable", message: "The server cannot be reached. Is it running?" });
  }
  if (!response.ok) {
    const problem: unknown = await response.json().catch(() => null);
    throw new Refusal(
      isProblem(problem) ? problem : { code: "internal", message: `The server answered ${response.status}.` },
    );
  }
  return response;
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Problem).code === "string" &&
    typeof (value as Problem).message === "string"
  );
}
