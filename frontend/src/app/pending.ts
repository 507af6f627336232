/** A prompt on its way from the home page to the room that was made for it: asked there once. */

export interface PendingPrompt {
  readonly prompt: string;
  /** The name of a model; null for the server's default. */
  readonly model: string | null;
}

export function leavePrompt(room: string, pending: PendingPrompt): void {
  sessionStorage.setItem(keyOf(room), JSON.stringify(pending));
}

export function hasPrompt(room: string): boolean {
  return sessionStorage.getItem(keyOf(room)) !== null;
}

/** Takes the prompt away before it is asked, so that a reload does not ask it again. */
export function takePrompt(room: string): PendingPrompt | null {
  const stored = sessionStorage.getItem(keyOf(room));
  sessionStorage.removeItem(keyOf(room));
  return stored === null ? null : (JSON.parse(stored) as PendingPrompt);
}

function keyOf(room: string): string {
  return `sparkroom:prompt:${room}`;
}
