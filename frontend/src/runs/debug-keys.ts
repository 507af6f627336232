/** The keys of a debugger, wherever the keyboard is: they do something only while a program is stopped. */
import { useEffect } from "react";
import type { DebugAction } from "../wire/types";

const KEYS: Readonly<Record<string, DebugAction>> = {
  F5: "continue",
  F10: "next",
  F11: "step_in",
  "Shift+F11": "step_out",
};

export function useDebugKeys(act: ((action: DebugAction) => void) | null): void {
  useEffect(() => {
    if (act === null) return;
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const action = KEYS[event.shiftKey ? `Shift+${event.key}` : event.key];
      if (action === undefined) return;
      // A reload or a full screen is not what is meant while a program waits.
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) act(action);
    };
    window.addEventListener("keydown", pressed, true);
    return () => window.removeEventListener("keydown", pressed, true);
  }, [act]);
}
