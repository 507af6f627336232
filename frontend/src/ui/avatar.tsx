import { Sparkles } from "lucide-react";
import "./avatar.css";

interface AvatarProps {
  readonly name: string;
  /** `#rrggbb` */
  readonly colour: string;
  readonly model?: boolean;
}

/** A coloured disc with somebody's initials; a model's carries a spark instead. Decorative: the name stands beside it or in a label. */
export function Avatar({ name, colour, model = false }: AvatarProps) {
  return (
    <span className="avatar" style={{ background: colour, color: inkOn(colour) }} aria-hidden="true">
      {model ? <Sparkles className="icon" /> : initials(name)}
    </span>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = [...(words[0] ?? "")][0] ?? "?";
  const second = [...(words[1] ?? "")][0] ?? "";
  return (first + second).toUpperCase();
}

/** Black or white, whichever is read better on `colour`. */
export function inkOn(colour: string): string {
  const value = Number.parseInt(colour.slice(1, 7), 16);
  const channel = (shift: number) => {
    const part = ((value >> shift) & 255) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  const light = 0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0);
  return light > 0.179 ? "#101114" : "#ffffff";
}
