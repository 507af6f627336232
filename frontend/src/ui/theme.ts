/** Light or dark: what the person chose, or else what the system prefers. Stands as `data-theme` on the root element. */
import type { Store } from "../rooms/state";
import { createStore } from "../rooms/store";

export type Theme = "light" | "dark";

const KEY = "sparkroom:theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const store = createStore<Theme>(wanted());

export const theme: Store<Theme> = store;

export function toggleTheme(): void {
  const next = store.get() === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, next);
  show();
}

function wanted(): Theme {
  const chosen = localStorage.getItem(KEY);
  return chosen === "light" || chosen === "dark" ? chosen : dark.matches ? "dark" : "light";
}

function show(): void {
  document.documentElement.dataset.theme = wanted();
  store.set(wanted());
}

dark.addEventListener("change", show);
window.addEventListener("storage", show);
show();
