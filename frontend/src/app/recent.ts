/** The rooms that this browser was in, the latest first. Kept here alone: the server has no accounts. */

export interface RecentRoom {
  readonly id: string;
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const KEY = "sparkroom:recent";
const MOST = 12;

export function recentRooms(): RecentRoom[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isRecent).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function rememberRoom(id: string, title: string): void {
  const others = recentRooms().filter((room) => room.id !== id);
  localStorage.setItem(KEY, JSON.stringify([{ id, title, at: Date.now() }, ...others].slice(0, MOST)));
}

export function forgetRoom(id: string): void {
  localStorage.setItem(KEY, JSON.stringify(recentRooms().filter((room) => room.id !== id)));
}

function isRecent(value: unknown): value is RecentRoom {
  const room = value as Partial<RecentRoom> | null;
  return typeof room?.id === "string" && typeof room.title === "string" && typeof room.at === "number";
}
