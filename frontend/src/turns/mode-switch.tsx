import { useId } from "react";
import type { Mode } from "../wire/types";

interface ModeSwitchProps {
  readonly mode: Mode;
  readonly onChange: (mode: Mode) => void;
}

const MODES: readonly { mode: Mode; label: string; about: string }[] = [
  { mode: "edit", label: "Edit", about: "The model writes in the files" },
  { mode: "ask", label: "Ask", about: "The model answers and changes nothing" },
  { mode: "plan", label: "Plan", about: "The model writes and revises PLAN.md alone" },
];

/** What a prompt may do. Arrow keys move in it, and Alt+M goes on to the next from the prompt. */
export function ModeSwitch({ mode, onChange }: ModeSwitchProps) {
  const group = useId();
  return (
    <fieldset className="mode-switch" aria-keyshortcuts="Alt+M">
      <legend className="visually-hidden">Mode</legend>
      {MODES.map(({ mode: value, label, about }) => (
        <label key={value} title={`${about} (Alt+M)`}>
          <input type="radio" name={group} checked={mode === value} onChange={() => onChange(value)} />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The mode after `mode`; after the last one, the first. */
export function nextMode(mode: Mode): Mode {
  const at = MODES.findIndex((known) => known.mode === mode);
  return MODES[(at + 1) % MODES.length]?.mode ?? mode;
}
