import { useCallback, useState } from "react";
import { readModels } from "../rooms/api";
import { notifyError } from "../ui/toasts";
import type { DailyTokens, ModelReport } from "../wire/types";
import { readDaily } from "./api";
import { ModelRow } from "./model-row";
import { dailyLine } from "./words";
import "./models.css";

interface ModelTableProps {
  readonly models: readonly ModelReport[];
  readonly daily: DailyTokens;
  readonly refusal: string | null;
}

/** All models, one a row; on a narrow screen one a card. */
export function ModelTable({ models, daily, refusal }: ModelTableProps) {
  const [known, setKnown] = useState({ models, daily });
  const refresh = useCallback(async () => {
    try {
      const [models, daily] = await Promise.all([readModels(), readDaily()]);
      setKnown({ models, daily });
    } catch (error) {
      notifyError(error);
    }
  }, []);
  return (
    <>
      <p className="small muted">
        {dailyLine(known.daily)} <code>SPARKROOM_DAILY_TOKENS</code> sets how many there are.
      </p>
      {refusal !== null && <p className="models-refusal">{refusal}</p>}
      <table className="model-table">
        <thead>
          <tr>
            <td />
            <th scope="colgroup" colSpan={5}>
              Published
            </th>
            <th scope="colgroup" colSpan={4}>
              Measured here
            </th>
          </tr>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Tokens/s</th>
            <th scope="col">Context</th>
            <th scope="col">Hardware</th>
            <th scope="col">SWE-Bench Pro</th>
            <th scope="col">Price</th>
            <th scope="col">First token</th>
            <th scope="col">Tokens/s</th>
            <th scope="col">Edits that landed</th>
            <th scope="col">Cost</th>
          </tr>
        </thead>
        <tbody>
          {known.models.map((model) => (
            <ModelRow key={model.name} model={model} operator={refusal === null} onChange={refresh} />
          ))}
        </tbody>
      </table>
      <p className="small muted">
        Speeds are medians of the last 50 turns, the first token from the moment the prompt reached this server. Costs
        are list prices without the discount for cached text.
      </p>
    </>
  );
}
