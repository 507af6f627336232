import { TextSelect, X } from "lucide-react";
import { IconButton } from "../ui/icon-button";
import type { Lines } from "../wire/types";

interface SelectionChipProps {
  readonly lines: Lines;
  readonly onDrop: () => void;
}

/** Says which lines the next prompt is about, with a way to ask about everything instead. */
export function SelectionChip({ lines: { path, first, last }, onDrop }: SelectionChipProps) {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return (
    <span className="selection-chip" title={`${path}: the prompt is about what is selected there`}>
      <TextSelect className="icon" />
      <span>{first === last ? `Line ${first} of ${name}` : `Lines ${first}–${last} of ${name}`}</span>
      <IconButton label="Ask without the selection" onClick={onDrop}>
        <X className="icon" />
      </IconButton>
    </span>
  );
}
