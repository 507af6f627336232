/**
 * Files that a run made: where they are, what can be seen of them, and keeping them in the room.
 * They are a program's, so they are shown as pixels, as text, or not at all; nothing of them ever becomes a page.
 */
import { call, request } from "../rooms/api";
import type { File, KeepFiles, MadeFile } from "../wire/types";

export type MadeKind = "image" | "table" | "text" | "other";

/** A file of the room, as far as it matters beside one that a run made. */
export interface InRoom {
  readonly path: string;
  readonly asset?: string;
}

/** How a made file stands beside the room's: it is new, the room has it, or has another one of that name. */
export type Standing = "new" | "kept" | "other";

/** So much of a text is fetched and shown. */
const TEXT_BYTES = 256 * 1024;
const IMAGES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"]);

export function kindOf(file: MadeFile): MadeKind {
  if (IMAGES.has(file.type)) return "image";
  if (file.type !== "text/plain") return "other";
  return /\.(csv|tsv)$/i.test(file.path) ? "table" : "text";
}

/** As they are shown: what can be seen at once comes first. */
export function picturesFirst(files: readonly MadeFile[]): MadeFile[] {
  const rank = (file: MadeFile) => (kindOf(file) === "image" ? 0 : 1);
  return [...files].sort((a, b) => rank(a) - rank(b));
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Where the server has it. What it answers there runs nothing, whatever stands in it. */
export function addressOf(room: string, run: string, file: MadeFile): string {
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  return `${addressOfRun(room, run)}/files/${path}`;
}

/** The beginning of a text file, and whether that is all of it. Raises Refusal. */
export async function readStart(address: string, file: MadeFile): Promise<{ text: string; whole: boolean }> {
  if (file.bytes === 0) return { text: "", whole: true };
  const whole = file.bytes <= TEXT_BYTES;
  const answer = await request("GET", address, undefined, whole ? {} : { Range: `bytes=0-${TEXT_BYTES - 1}` });
  const text = new TextDecoder().decode(await answer.arrayBuffer());
  // The last character may have been cut in two.
  return { text: whole ? text : text.replace(/\ufffd$/, ""), whole };
}

/** Makes them the room's, all or none. Raises Refusal. */
export function keepFiles(room: string, run: string, ask: KeepFiles): Promise<File[]> {
  return call<File[]>("POST", `${addressOfRun(room, run)}/keep`, ask);
}

/** `here` are the paths that were kept from this page. */
export function standingOf(file: MadeFile, files: readonly InRoom[], here: ReadonlySet<string>): Standing {
  const there = files.find(({ path }) => path === file.path);
  if (there === undefined) return "new";
  return there.asset === file.hash || here.has(file.path) ? "kept" : "other";
}

/** A JSON text with its parts on lines of their own; as it is where it is none. */
export function laidOut(path: string, text: string): string {
  // Numbers that JavaScript cannot hold would become others.
  if (!/\.json$/i.test(path) || /\d{16}/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Where the API has a run. */
export function addressOfRun(room: string, run: string): string {
  return `/api/rooms/${encodeURIComponent(room)}/runs/${encodeURIComponent(run)}`;
}
