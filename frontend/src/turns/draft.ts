/** What is being typed into a room's prompt: kept for the tab of the browser, so that a reload loses nothing. */
import { useCallback, useState } from "react";
import type { Mode } from "../wire/types";

export interface Draft {
  readonly prompt: string;
  readonly mode: Mode;
}

const EMPTY: Draft = { prompt: "", mode: "edit" };
const MODES: readonly unknown[] = ["edit", "ask", "plan"] satisfies Mode[];

/** The draft and a way to change parts of it. */
export function useDraft(room: string): [Draft, (change: (now: Draft) => Partial<Draft>) => void] {
  const [draft, setDraft] = useState(() => remembered(room));
  const change = useCallback(
    (next: (now: Draft) => Partial<Draft>) => {
      setDraft((now) => {
        const changed = { ...now, ...next(now) };
        sessionStorage.setItem(keyOf(room), JSON.stringify(changed));
        return changed;
      });
    },
    [room],
  );
  return [draft, change];
}

function remembered(room: string): Draft {
  try {
    const { prompt, mode } = JSON.parse(sessionStorage.getItem(keyOf(room)) ?? "{}") as Record<string, unknown>;
    return {
      prompt: typeof prompt === "string" ? prompt : EMPTY.prompt,
      mode: MODES.includes(mode) ? (mode as Mode) : EMPTY.mode,
    };
  } catch {
    return EMPTY;
  }
}

function keyOf(room: string): string {
  return `sparkroom:draft:${room}`;
}
