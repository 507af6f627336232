import { ChevronDown, Play, Square } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { Run } from "../wire/types";
import type { Choice, Program } from "./choice";
import { MAIN, SETTINGS } from "./settings";
import { titleOf } from "./words";

interface RunButtonProps {
  readonly choice: Choice;
  /** One's own run of what Run runs, while it goes. */
  readonly running: Run | null;
  readonly mayWrite: boolean;
  readonly onRun: (program: Program) => void;
  readonly onStop: (id: string) => void;
  /** Opens a document at a 1-based line. */
  readonly onOpen: (path: string, line: number) => void;
}

/** Run, or Stop while it runs; what that is; and what else can be run. */
export function RunButton({ choice, running, mayWrite, onRun, onStop, onOpen }: RunButtonProps) {
  const { program, others, problem } = choice;
  return (
    <>
      <div className="run-split">
        {running === null ? (
          <button
            type="button"
            className="button primary"
            disabled={program === null || !mayWrite}
            title={whatRunDoes(choice)}
            onClick={() => program !== null && onRun(program)}
          >
            <Play className="icon" /> Run
          </button>
        ) : (
          <button
            type="button"
            className="button danger"
            title={`${titleOf(running)} is running; ${MOD}Enter starts it again`}
            // The second click of a double click on Run is no wish to stop.
            onClick={(event) => event.detail < 2 && onStop(running.id)}
          >
            <Square className="icon" /> Stop
          </button>
        )}
        {others.length > 0 && mayWrite && <Others programs={others} onRun={onRun} />}
      </div>
      {program !== null && <code className="run-command">{labelOf(program)}</code>}
      {problem !== null && (
        <button
          type="button"
          className="run-problem"
          title={problem.message}
          onClick={() => onOpen(SETTINGS, problem.line ?? 1)}
        >
          {`${SETTINGS}${problem.line === null ? "" : `:${problem.line}`}: ${problem.message}`}
        </button>
      )}
    </>
  );
}

const MOD = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl+";

function Others({ programs, onRun }: { programs: readonly Program[]; onRun: (program: Program) => void }) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <button type="button" className="button primary run-others" aria-label="What else can be run">
          <ChevronDown className="icon" />
        </button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" collisionPadding={8}>
          {programs.map((program) => (
            <DropdownMenu.Item key={labelOf(program)} className="menu-item run-other" onSelect={() => onRun(program)}>
              <Play className="icon" />
              {nameOf(program) !== null && <span>{nameOf(program)}</span>}
              <code className="run-other-command">{lineOf(program)}</code>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function whatRunDoes({ program, problem, page }: Choice): string {
  if (program !== null) return `${labelOf(program)} (${MOD}Enter)`;
  if (problem !== null) return `${SETTINGS} has to be mended first`;
  return page ? "The preview shows the page: there is no program to run" : "There is no program to run";
}

function labelOf(program: Program): string {
  const name = nameOf(program);
  return name === null ? lineOf(program) : `${name}: ${lineOf(program)}`;
}

/** What tells a run apart from others that the settings name. */
function nameOf({ name }: Program): string | null {
  return name === MAIN ? null : name;
}

function lineOf({ command }: Program): string {
  return command.map((word) => (/^[^\s'"]+$/.test(word) ? word : JSON.stringify(word))).join(" ");
}
