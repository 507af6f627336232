import { ArrowUp, ListPlus, Square } from "lucide-react";
import { useMemo, useState } from "react";
import { mayWrite, ownRunningTurn } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { IconButton } from "../ui/icon-button";
import { notifyError } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import type { Lines, Mode } from "../wire/types";
import { ask } from "./asking";
import { useDraft } from "./draft";
import { mentioned } from "./mentions";
import { ModeSwitch, nextMode } from "./mode-switch";
import { ModelPicker, modelFor } from "./model-picker";
import { PromptField } from "./prompt-field";
import "./prompt-bar.css";
import { SelectionChip } from "./selection-chip";
import { wantedModel, wantModel } from "./wanted-model";

interface PromptBarProps {
  readonly session: RoomSession;
  /** The room's files, as they are shown. */
  readonly files: Store<readonly { readonly path: string }[]>;
  /** The path of the file in front: the model reads it first. */
  readonly currentPath: string | null;
  /** What is selected in the editor. */
  readonly selected: Store<Lines | null>;
  /** Called when a prompt goes out. */
  readonly onAsked: () => void;
}

/** Where people ask. While one's own turn runs, a new prompt redirects it, or waits until it is over. */
export function PromptBar({ session, files, currentPath, selected: selectedStore, onAsked }: PromptBarProps) {
  const [{ prompt, mode }, change] = useDraft(session.id);
  const [wanted, setWanted] = useState(wantedModel);
  const [dropped, setDropped] = useState<Lines | null>(null);
  const models = useStore(session.state, (state) => state.room?.models) ?? [];
  const limit = useStore(session.state, (state) => state.room?.limits.prompt_bytes ?? Number.POSITIVE_INFINITY);
  const live = useStore(session.state, (state) => state.connection === "live");
  const writable = useStore(session.state, mayWrite);
  const running = useStore(session.state, ownRunningTurn);
  const selected = useStore(selectedStore, (lines) => lines);
  const known = useStore(files, (all) => all);
  const paths = useMemo(() => known.map(({ path }) => path), [known]);
  const model = modelFor(models, wanted);
  const selection = selected === dropped ? null : selected;
  const bytes = new TextEncoder().encode(prompt).length;
  const ready = live && prompt.trim() !== "" && bytes <= limit && (model !== null || running !== null);

  const send = (later: boolean) => {
    if (!ready) {
      return;
    }
    const text = prompt.trim();
    change(() => ({ prompt: "" }));
    onAsked();
    const named = mentioned(text, paths);
    const open = currentPath === null || named.includes(currentPath) ? [] : [currentPath];
    const question = { prompt: text, mode, model: model?.name ?? null, files: [...named, ...open], selection };
    const sent =
      running === null
        ? ask(session, question)
        : later
          ? ask(session, { ...question, after: running.id })
          : session.command({ type: "steer_turn", turn: running.id, prompt: text });
    sent.catch((error: unknown) => {
      notifyError(error);
      // What was typed comes back, unless something else was typed meanwhile.
      change((now) => (now.prompt === "" ? { prompt: text } : {}));
    });
  };

  if (!writable) {
    return <p className="prompt-bar small muted">You may look at this room, but not ask in it.</p>;
  }
  return (
    <div className="prompt-bar">
      {selection !== null && <SelectionChip lines={selection} onDrop={() => setDropped(selection)} />}
      <PromptField
        value={prompt}
        onChange={(text) => change(() => ({ prompt: text }))}
        paths={paths}
        placeholder={running === null ? PLACEHOLDERS[mode] : "Type to redirect what is being written…"}
        wantsFocus={running === null && writable}
        onSend={send}
        onNextMode={() => change((now) => ({ mode: nextMode(now.mode) }))}
      />
      <div className="prompt-tools">
        <ModeSwitch mode={mode} onChange={(next) => change(() => ({ mode: next }))} />
        <ModelPicker
          models={models}
          chosen={model?.name ?? null}
          onChoose={(name) => {
            wantModel(name);
            setWanted(name);
          }}
        />
        <span className="prompt-state small muted" role="status">
          {bytes > limit
            ? `Too long: at most ${limit.toLocaleString("en")} bytes`
            : running === null
              ? ""
              : running.state === "asked"
                ? "Asking…"
                : "Esc stops it"}
        </span>
        <span className="prompt-actions">
          {running !== null && (
            <>
              <button
                type="button"
                className="button stop-button"
                onClick={() => session.command({ type: "stop_turn", turn: running.id }).catch(notifyError)}
              >
                <Square className="icon" /> Stop
              </button>
              <IconButton
                label="Queue: ask when this turn is over (Alt+Enter)"
                className="queue-button"
                disabled={!ready}
                onClick={() => send(true)}
              >
                <ListPlus className="icon" />
              </IconButton>
            </>
          )}
          <button type="button" className="button primary send-button" disabled={!ready} onClick={() => send(false)}>
            <ArrowUp className="icon" />
            <span>{running === null ? "Ask" : "Redirect"}</span>
          </button>
        </span>
      </div>
    </div>
  );
}

const PLACEHOLDERS: Record<Mode, string> = {
  edit: "Ask for something… @ names a file",
  ask: "Ask about the code: nothing is changed…",
  plan: "Say what to plan: it goes into PLAN.md…",
};
