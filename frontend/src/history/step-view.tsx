import { useEffect, useState } from "react";
import { messageOf } from "../rooms/refusal";
import type { StepChange } from "../wire/types";
import { Diff } from "./diff";
import { FileChips } from "./file-chips";
import { changeToShow, type ShownStep } from "./steps";
import type { Texts } from "./texts";
import { changeSign } from "./words";

interface StepViewProps {
  readonly step: ShownStep;
  readonly texts: Texts;
  readonly path: string | null;
  readonly onPath: (path: string) => void;
}

interface Pair {
  readonly change: StepChange;
  readonly before: string;
  readonly after: string;
}

/** What a step changed: the file that changed, with the difference marked. */
export function StepView({ step, texts, path, onPath }: StepViewProps) {
  const change = changeToShow(step, path);
  const { pair, problem } = usePair(step, change, texts);
  if (change === null) {
    return <p className="empty">No file changed here.</p>;
  }
  const chips = step.changes.map((one) => ({ path: one.path, difference: changeSign(one) }));
  return (
    <>
      <FileChips files={chips} more={step.more} current={change.path} onChoose={onPath} />
      {problem !== null ? (
        <p className="empty">{problem}</p>
      ) : change.asset ? (
        <p className="empty">{change.path} is a binary file.</p>
      ) : (
        // The text before stays until the next one is here: nothing flickers while it plays.
        pair !== null && (
          <Diff path={pair.change.path} before={pair.before} after={pair.after} layout="unified" folded={false} />
        )
      )}
    </>
  );
}

function usePair(step: ShownStep, change: StepChange | null, texts: Texts) {
  const [pair, setPair] = useState<Pair | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let over = false;
    setProblem(null);
    if (change !== null && !change.asset) {
      const { path } = change;
      const read = (id: string | null, hash: string | null) =>
        id === null || hash === null ? Promise.resolve("") : texts.read(id, path, hash);
      Promise.all([read(step.previous, change.before), read(step.id, change.after)]).then(
        ([before, after]) => !over && setPair({ change, before, after }),
        (error: unknown) => !over && setProblem(messageOf(error)),
      );
    }
    return () => {
      over = true;
    };
  }, [step, change, texts]);
  return { pair, problem };
}
