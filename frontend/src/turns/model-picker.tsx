import { ChartNoAxesColumn, Check, ChevronDown, Sparkles } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { Model } from "../wire/types";

interface ModelPickerProps {
  readonly models: readonly Model[];
  /** The name of the model that will be asked. */
  readonly chosen: string | null;
  readonly onChoose: (name: string) => void;
}

/** Every configured model, with what it needs where it cannot be asked yet. */
export function ModelPicker({ models, chosen, onChoose }: ModelPickerProps) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <button type="button" className="button quiet model-picker" aria-label={`Model: ${chosen ?? "none"}`}>
          <Sparkles className="icon" />
          <span>{chosen ?? "No model"}</span>
          <ChevronDown className="icon" />
        </button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu model-menu" align="start" side="top" collisionPadding={8}>
          <DropdownMenu.RadioGroup value={chosen ?? ""} onValueChange={onChoose}>
            {models.map((model) => (
              <DropdownMenu.RadioItem
                key={model.name}
                value={model.name}
                className="menu-item"
                disabled={whyNot(model) !== null}
              >
                <span className="menu-check">
                  <DropdownMenu.ItemIndicator>
                    <Check className="icon" />
                  </DropdownMenu.ItemIndicator>
                </span>
                <span className="model-item">
                  <span>{model.name}</span>
                  <span className="small muted">{whyNot(model) ?? about(model)}</span>
                  {model.by_invitation && <span className="small muted">API by invitation</span>}
                </span>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className="menu-separator" />
          <DropdownMenu.Item className="menu-item" asChild>
            <a href="/models" target="_blank" rel="noopener">
              <ChartNoAxesColumn className="icon" /> Compare models, or connect one
            </a>
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** The model that a prompt goes to: the one chosen, while it is usable, or else the first that is. */
export function modelFor(models: readonly Model[], chosen: string | null): Model | null {
  const usable = models.filter((model) => whyNot(model) === null);
  const first = usable[0]?.by_invitation ? usable.find((model) => !(model.by_invitation || model.rehearsal)) : null;
  return usable.find((model) => model.name === chosen) ?? first ?? usable[0] ?? null;
}

function whyNot(model: Model): string | null {
  return model.needs ?? (model.tier === "fast" ? null : "works on delegated tasks, not on turns");
}

function about(model: Model): string {
  return model.rehearsal
    ? "plays prepared examples; connect a model for anything else"
    : `${Math.round(model.context_tokens / 1000).toLocaleString("en")}k tokens of context`;
}
