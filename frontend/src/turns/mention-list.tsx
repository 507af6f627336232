import { useEffect, useRef } from "react";

interface MentionListProps {
  readonly id: string;
  readonly paths: readonly string[];
  /** The index of the path that Enter would take. */
  readonly chosen: number;
  readonly onTake: (path: string) => void;
}

/** The files that a mention may become. The keys stay in the prompt, which says with `optionId` what is chosen. */
export function MentionList({ id, paths, chosen, onTake }: MentionListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <div className="mention-list" role="listbox" id={id} aria-label="Files to mention" ref={list}>
      {paths.map((path, index) => {
        const at = path.lastIndexOf("/") + 1;
        return (
          <div
            key={path}
            id={optionId(id, index)}
            role="option"
            aria-selected={index === chosen}
            // Its keys are the prompt's.
            tabIndex={-1}
            className="mention"
            onPointerDown={(event) => {
              // The prompt keeps the focus.
              event.preventDefault();
              onTake(path);
            }}
          >
            <span>{path.slice(at)}</span>
            {at > 0 && <span className="small muted">{path.slice(0, at - 1)}</span>}
          </div>
        );
      })}
    </div>
  );
}

export function optionId(list: string, index: number): string {
  return `${list}-${index}`;
}
