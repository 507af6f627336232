/** The variables of a stopped program: scopes, and the parts of whatever somebody has opened, the same for everybody. */
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { DebugState, Variable, VariableScope } from "../wire/types";

interface VariablesProps {
  readonly debug: DebugState;
  readonly scopes: readonly VariableScope[];
  /** Asks for the parts of a variable; null for who may only look. */
  readonly onExpand: ((reference: number) => void) | null;
}

export function Variables({ debug, scopes, onExpand }: VariablesProps) {
  return (
    <ul className="debug-variables" aria-label="Variables">
      {scopes.map(({ name, reference }, at) => (
        <Node
          key={reference}
          {...{ debug, onExpand }}
          opened={at === 0}
          variable={{ name, value: "", type: "", reference }}
        />
      ))}
    </ul>
  );
}

interface NodeProps extends Omit<VariablesProps, "scopes"> {
  readonly variable: Variable;
  readonly opened?: boolean;
}

function Node({ debug, variable, onExpand, opened = false }: NodeProps) {
  const [open, setOpen] = useState(opened);
  const { name, value, type, reference } = variable;
  const group = debug.variables.find((one) => one.reference === reference);
  const words = (
    <>
      <span className="debug-name">{name}</span>
      {value !== "" && <span className="debug-value">{value}</span>}
      {type !== "" && <span className="debug-type">{type}</span>}
    </>
  );
  if (reference === 0 || (group === undefined && onExpand === null)) {
    return (
      <li>
        <div className="debug-variable" title={`${name} = ${value}`}>
          {words}
        </div>
      </li>
    );
  }
  const toggle = () => {
    setOpen(!open);
    if (!open && group === undefined) onExpand?.(reference);
  };
  return (
    <li>
      <button
        type="button"
        className="debug-variable"
        aria-expanded={open}
        title={value === "" ? name : `${name} = ${value}`}
        onClick={toggle}
      >
        <ChevronRight className="icon" aria-hidden="true" />
        {words}
      </button>
      {open && group !== undefined && (
        <ul>
          {group.variables.map((part) => (
            <Node key={`${part.name} ${part.reference}`} debug={debug} variable={part} onExpand={onExpand} />
          ))}
          {group.variables.length === 0 && <li className="debug-nothing">Nothing</li>}
          {group.more > 0 && <li className="debug-nothing">… and more</li>}
        </ul>
      )}
    </li>
  );
}
