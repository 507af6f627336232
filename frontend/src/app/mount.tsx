import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Toasts } from "../ui/toasts";
import "../ui/theme";
import "../ui/theme.css";
import "../ui/base.css";

/** Puts a page into the `root` element that the server rendered. */
export function mount(page: ReactNode): void {
  const root = document.getElementById("root");
  if (root !== null) {
    createRoot(root).render(
      <StrictMode>
        {page}
        <Toasts />
      </StrictMode>,
    );
  }
}
