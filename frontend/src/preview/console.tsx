/** The page's console. Everything in it was said by a page that nobody trusts, and is only ever text. */
import { Ban, CircleX, Info, TriangleAlert, Wrench, X } from "lucide-react";
import { memo, type ReactNode, useEffect, useRef, useState } from "react";
import { IconButton } from "../ui/icon-button";
import type { Entry, Log } from "./log";
import type { Level } from "./messages";
import { piecesOf } from "./places";
import "./console.css";

type OnOpen = (path: string, line: number) => void;

interface ConsoleProps {
  readonly log: Log;
  readonly base: string;
  readonly index: string | null;
  readonly onOpen: OnOpen;
  /** Has the model mend an error; null for people who may not ask. */
  readonly onFix: ((entry: Entry) => void) | null;
  readonly onClear: () => void;
  readonly onClose: () => void;
}

type Filter = "all" | "warn" | "error";

export function Console({ log, base, index, onOpen, onFix, onClear, onClose }: ConsoleProps) {
  const [filter, setFilter] = useState<Filter>("all");
  const shown = filter === "all" ? log.entries : log.entries.filter((entry) => entry.level === filter);
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const last = shown.at(-1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when something was said, not when this renders
  useEffect(() => {
    if (atEnd.current && list.current !== null) list.current.scrollTop = list.current.scrollHeight;
  }, [last]);
  return (
    <section className="console" aria-label="Console of the page">
      <div className="console-bar">
        <fieldset className="console-filter">
          <legend className="visually-hidden">Show</legend>
          <FilterButton value="all" label="All" filter={filter} onFilter={setFilter} />
          <FilterButton value="error" label={`Errors ${log.errors}`} filter={filter} onFilter={setFilter} />
          <FilterButton value="warn" label={`Warnings ${log.warnings}`} filter={filter} onFilter={setFilter} />
        </fieldset>
        <IconButton label="Clear the console" onClick={onClear}>
          <Ban className="icon" />
        </IconButton>
        <IconButton label="Close the console" onClick={onClose}>
          <X className="icon" />
        </IconButton>
      </div>
      <div
        className="console-list"
        role="log"
        ref={list}
        onScroll={({ currentTarget: box }) => {
          atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
        }}
      >
        {shown.length === 0 && <p className="console-empty">{EMPTY[filter]}</p>}
        {shown.map((entry) => (
          <Row key={entry.id} entry={entry} base={base} index={index} onOpen={onOpen} onFix={onFix} />
        ))}
        {log.leftOut > 0 && (
          <p className="console-empty">{log.leftOut} more messages came too fast and were left out.</p>
        )}
      </div>
    </section>
  );
}

const EMPTY: Record<Filter, string> = {
  all: "What the page writes to its console, and what goes wrong in it, appears here.",
  error: "No errors.",
  warn: "No warnings.",
};

interface FilterButtonProps {
  readonly value: Filter;
  readonly label: string;
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

function FilterButton({ value, label, filter, onFilter }: FilterButtonProps) {
  return (
    <button type="button" aria-pressed={filter === value} onClick={() => onFilter(value)}>
      {label}
    </button>
  );
}

const ICONS: Record<Level, ReactNode> = {
  error: <CircleX className="icon" aria-label="Error" />,
  warn: <TriangleAlert className="icon" aria-label="Warning" />,
  info: <Info className="icon" aria-label="Information" />,
  log: <span className="icon" />,
  debug: <span className="icon" />,
};

interface RowProps {
  readonly entry: Entry;
  readonly base: string;
  readonly index: string | null;
  readonly onOpen: OnOpen;
  readonly onFix: ((entry: Entry) => void) | null;
}

const Row = memo(function Row({ entry, base, index, onOpen, onFix }: RowProps) {
  const { level, text, stack, place, count } = entry;
  return (
    <div className={`console-row ${level}`}>
      {ICONS[level]}
      <div className="console-text">
        <Linked text={text} base={base} index={index} onOpen={onOpen} />
        {stack.includes("\n") && (
          <details>
            <summary>Called from</summary>
            <Linked text={stack} base={base} index={index} onOpen={onOpen} />
          </details>
        )}
      </div>
      {count > 1 && (
        <span className="badge" title={`${count} times in a row`}>
          {count}
        </span>
      )}
      {level === "error" && onFix !== null && (
        <button type="button" className="console-fix" onClick={() => onFix(entry)}>
          <Wrench className="icon" /> Fix
        </button>
      )}
      {place !== null && (
        <button type="button" className="console-place" onClick={() => onOpen(place.path, place.line)}>
          {place.path}:{place.line}
        </button>
      )}
    </div>
  );
});

function Linked({ text, base, index, onOpen }: { text: string } & Omit<RowProps, "entry" | "onFix">) {
  let at = 0;
  return (
    <pre>
      {piecesOf(base, text, index).map(({ text: piece, place }) => {
        at += piece.length;
        return place === null ? (
          piece
        ) : (
          <button key={at} type="button" className="console-link" onClick={() => onOpen(place.path, place.line)}>
            {piece}
          </button>
        );
      })}
    </pre>
  );
}
