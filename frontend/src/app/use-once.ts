import { useState } from "react";

/** Whether something was told in this browser already, and what says that it was. */
export function useOnce(key: string): readonly [boolean, () => void] {
  const [told, setTold] = useState(() => localStorage.getItem(key) !== null);
  const finish = () => {
    localStorage.setItem(key, "1");
    setTold(true);
  };
  return [told, finish];
}
