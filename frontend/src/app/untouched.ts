import { useCallback, useEffect, useState } from "react";

const TOUCHES = ["pointerdown", "keydown", "wheel"] as const;

/**
 * Whether the person has touched nothing since they last asked. `asked` starts a new wait; its own key or click is
 * over by then. `initially`: a prompt is on its way from the home page, so Enter was the last touch.
 */
export function useUntouched(initially: boolean): readonly [boolean, () => void] {
  const [untouched, setUntouched] = useState(initially);
  useEffect(() => {
    const touched = () => setUntouched(false);
    for (const kind of TOUCHES) {
      window.addEventListener(kind, touched, { capture: true, passive: true });
    }
    return () => {
      for (const kind of TOUCHES) {
        window.removeEventListener(kind, touched, { capture: true });
      }
    };
  }, []);
  return [untouched, useCallback(() => setUntouched(true), [])];
}
