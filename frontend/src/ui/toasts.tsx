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
  readonly action: ToastAction | null;
}

/** What a note offers to do, once. */
export interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

const MOST = 4;
const INFO_MS = 4_000;
/** Errors, and notes that offer something. */
const ERROR_MS = 10_000;
const toasts = createStore<readonly Toast[]>([]);
let count = 0;

export function notify(text: string, kind: Toast["kind"] = "info", action: ToastAction | null = null): void {
  count += 1;
  const id = count;
  toasts.set([...toasts.get().filter((toast) => toast.text !== text), { id, kind, text, action }].slice(-MOST));
  setTimeout(() => dismiss(id), kind === "error" || action !== null ? ERROR_MS : INFO_MS);
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
          {toast.action !== null && (
            <button
              type="button"
              className="button"
              onClick={() => {
                dismiss(toast.id);
                toast.action?.run();
              }}
            >
              {toast.action.label}
            </button>
          )}
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
