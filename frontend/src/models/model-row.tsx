import type { ReactNode } from "react";
import type { Figure, ModelReport } from "../wire/types";
import { ModelActions } from "./model-actions";
import { dollars, kindLine, landed, milliseconds, priceLine, speed, stateLine, thousands } from "./words";

interface ModelRowProps {
  readonly model: ModelReport;
  readonly operator: boolean;
  /** Something changed on the server: read it again. */
  readonly onChange: () => Promise<void>;
}

/** One model: what it is and needs, what others say of it, what was measured. */
export function ModelRow({ model, operator, onChange }: ModelRowProps) {
  const { published, measured, price } = model;
  return (
    <tr>
      <th scope="row">
        <div className="model-head">
          <span className="model-name">{model.name}</span>
          <span className={model.needs === null ? "model-state ready" : "model-state"}>{stateLine(model)}</span>
          <span className="small muted">{kindLine(model)}</span>
          {operator && !model.rehearsal && <ModelActions model={model} onChange={onChange} />}
        </div>
      </th>
      <Published label="Published tokens/s" figure={published?.tokens_per_second} />
      <td data-label="Context">
        {published?.context ? (
          <Sourced figure={published.context} />
        ) : (
          !model.rehearsal && (
            <>
              {thousands(model.context_tokens)}
              <small className="muted">as configured</small>
            </>
          )
        )}
      </td>
      <Published label="Hardware" figure={published?.hardware} />
      <Published label="SWE-Bench Pro" figure={published?.swe_bench_pro} />
      <Published
        label="Price"
        figure={price && { says: priceLine(price), source: `${price.source}, a million tokens` }}
      />
      <Measured label="Measured first token">
        {typeof measured?.first_token_ms === "number" && milliseconds(measured.first_token_ms)}
      </Measured>
      <Measured label="Measured tokens/s">
        {typeof measured?.tokens_per_second === "number" && speed(measured.tokens_per_second)}
      </Measured>
      <Measured label="Edits that landed">
        {measured && measured.edits > 0 && landed(measured)}
        {measured && <small className="muted">{measured.turns === 1 ? "1 turn" : `${measured.turns} turns`}</small>}
      </Measured>
      <Measured label="Cost">{typeof measured?.cost === "number" && dollars(measured.cost)}</Measured>
    </tr>
  );
}

function Published({ label, figure }: { label: string; figure: Figure | null | undefined }) {
  return <td data-label={label}>{figure && <Sourced figure={figure} />}</td>;
}

function Sourced({ figure }: { figure: Figure }) {
  return (
    <>
      {figure.says}
      <small className="muted">{figure.source}</small>
    </>
  );
}

function Measured({ label, children }: { label: string; children: ReactNode }) {
  return <td data-label={label}>{children}</td>;
}
