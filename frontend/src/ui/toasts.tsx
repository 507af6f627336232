/** Short notes in a corner: what a command was refused for, what was copied. They go by themselves, or on a click. */
import { X } from "lucide-react";
import { messageOf } from "../rooms/refusal";
import { createStore } from "../rooms/store";
import { IconButton } from "./icon-button";
import "./toasts.css";
import { useStore } from "./use-store";

interface Toast {
  readonly id: number;
  readonly kind: "info" | "error";
  readonly text: string;
}

const MOST = 4;
const INFO_MS = 4_000;
const ERROR_MS = 10_000;
const toasts = createStore<readonly Toast[]>([]);
let count = 0;

export function notify(text: string, kind: Toast["kind"] = "info"): void {
  count += 1;
  const id = count;
  toasts.set([...toasts.get().filter((toast) => toast.text !== text), { id, kind, text }].slice(-MOST));
  setTimeout(() => dismiss(id), kind === "error" ? ERROR_MS : INFO_MS);
}

/** For the `catch` of a command: shows the server's own words. */
export function notifyError(error: unknown): void {
  notify(messageOf(error), "error");
}

export function Toasts() {
  const shown = useStore(toasts, (all) => all);
  return (
    <section className="toasts" aria-label="Notes" aria-live="polite">
      {shown.map((toast) => (
        <div key={toast.id} className={`toast ${toast.kind}`} role={toast.kind === "error" ? "alert" : "status"}>
          <span>{toast.text}</span>
          <IconButton label="Dismiss" onClick={() => dismiss(toast.id)}>
            <X className="icon" />
          </IconButton>
        </div>
      ))}
    </section>
  );
}

function dismiss(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}
