import { ListChecks, Sparkles } from "lucide-react";
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { mayWrite, ownRunningTurn } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { notify } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import { PLAN, type PlanItem, planItems, tick } from "./plan";
import "./plan-view.css";
import type { TextFile } from "./text-file";

interface PlanViewProps {
  readonly session: RoomSession;
  readonly files: Store<readonly TextFile[]>;
  /** Goes to a line of a file. */
  readonly onOpen: (file: string, line: number) => void;
  /** Has the model do an item. */
  readonly onDo: (item: PlanItem) => void;
}

/** The items of PLAN.md, to be ticked or turned into turns. Nothing if there is no plan. */
export function PlanView({ session, files, onOpen, onDo }: PlanViewProps) {
  const file = useStore(files, (all) => all.find(({ path }) => path === PLAN) ?? null);
  const items = usePlanItems(file);
  const writable = useStore(session.state, mayWrite);
  const [open, setOpen] = useState(false);
  const planning = useStore(session.state, (state) => ownRunningTurn(state)?.mode === "plan");
  useEffect(() => {
    if (planning) setOpen(true);
  }, [planning]);
  if (file === null || items.length === 0) {
    return null;
  }
  const done = items.filter((item) => item.done).length;
  const change = (item: PlanItem) => {
    if (!tick(file.text, item)) notify("That item is not in the plan any more.");
  };
  return (
    <details className="plan" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <ListChecks className="icon" />
        <span>Plan</span>
        <span className="small muted">{`${done} of ${items.length} done`}</span>
      </summary>
      <ul aria-label="Plan">
        {items.map((item) => (
          <li key={item.mark} style={{ paddingInlineStart: `${Math.min(item.depth, 4) * 16}px` }}>
            <input
              type="checkbox"
              aria-label={item.text}
              checked={item.done}
              disabled={!writable}
              onChange={() => change(item)}
            />
            <button
              type="button"
              className="plan-item"
              data-done={item.done}
              onClick={() => onOpen(file.id, item.line)}
            >
              {item.text}
            </button>
            {writable && !item.done && (
              <button type="button" className="button" aria-label={`Do it: ${item.text}`} onClick={() => onDo(item)}>
                <Sparkles className="icon" /> Do it
              </button>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** The items as they stand, read at most once a frame. */
function usePlanItems(file: TextFile | null): readonly PlanItem[] {
  const read = useRef<readonly PlanItem[]>([]);
  const subscribe = useCallback(
    (changed: () => void) => {
      let due = 0;
      const look = () => {
        due = 0;
        read.current = file === null ? [] : planItems(file.text.toString());
        changed();
      };
      const schedule = () => {
        due ||= requestAnimationFrame(look);
      };
      look();
      file?.text.observe(schedule);
      return () => {
        file?.text.unobserve(schedule);
        cancelAnimationFrame(due);
      };
    },
    [file],
  );
  return useSyncExternalStore(subscribe, () => read.current);
}
