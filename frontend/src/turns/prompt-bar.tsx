import { ArrowUp, Square } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { mayWrite, ownRunningTurn } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import { notifyError } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import { ask } from "./asking";
import { ModelPicker, modelFor } from "./model-picker";
import "./prompt-bar.css";

const MODEL_KEY = "sparkroom:model";

interface PromptBarProps {
  readonly session: RoomSession;
  /** The path of the file in front: the model reads it first. */
  readonly currentPath: string | null;
  /** Called when a prompt goes out. */
  readonly onAsked: () => void;
}

/** Where people ask. While one's own turn runs, a new prompt redirects it. */
export function PromptBar({ session, currentPath, onAsked }: PromptBarProps) {
  const [prompt, setPrompt] = useState("");
  const [wanted, setWanted] = useState(() => localStorage.getItem(MODEL_KEY));
  const models = useStore(session.state, (state) => state.room?.models) ?? [];
  const limit = useStore(session.state, (state) => state.room?.limits.prompt_bytes ?? Number.POSITIVE_INFINITY);
  const live = useStore(session.state, (state) => state.connection === "live");
  const writable = useStore(session.state, mayWrite);
  const running = useStore(session.state, ownRunningTurn);
  const field = useGrowing(prompt);
  useFocus(field, running === null && writable);
  const model = modelFor(models, wanted);
  const bytes = new TextEncoder().encode(prompt).length;
  const ready = live && model !== null && prompt.trim() !== "" && bytes <= limit;

  const send = () => {
    if (!ready) {
      return;
    }
    const text = prompt.trim();
    setPrompt("");
    onAsked();
    const sent =
      running === null
        ? ask(session, { prompt: text, model: model.name, files: currentPath === null ? [] : [currentPath] })
        : session.command({ type: "steer_turn", turn: running.id, prompt: text });
    sent.catch((error: unknown) => {
      notifyError(error);
      // What was typed comes back, unless something else was typed meanwhile.
      setPrompt((now) => (now === "" ? text : now));
    });
  };
  const press = (event: KeyboardEvent) => {
    // An Enter that ends a composition (Chinese, Japanese, …) chooses a word and does not send.
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    }
  };

  if (!writable) {
    return <p className="prompt-bar small muted">You may look at this room, but not ask in it.</p>;
  }
  return (
    <div className="prompt-bar">
      <textarea
        ref={field}
        rows={1}
        value={prompt}
        aria-label="Prompt"
        placeholder={running === null ? "Ask for something…" : "Type to redirect what is being written…"}
        onChange={(event) => setPrompt(event.target.value)}
        onKeyDown={press}
      />
      <div className="prompt-tools">
        <ModelPicker
          models={models}
          chosen={model?.name ?? null}
          onChoose={(name) => {
            localStorage.setItem(MODEL_KEY, name);
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
        {running !== null && (
          <button
            type="button"
            className="button stop-button"
            onClick={() => session.command({ type: "stop_turn", turn: running.id }).catch(notifyError)}
          >
            <Square className="icon" /> Stop
          </button>
        )}
        <button type="button" className="button primary send-button" disabled={!ready} onClick={send}>
          <ArrowUp className="icon" />
          <span>{running === null ? "Ask" : "Redirect"}</span>
        </button>
      </div>
    </div>
  );
}

/** A field as high as its text, up to the limit that its style sets. */
export function useGrowing(text: string) {
  const field = useRef<HTMLTextAreaElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    if (field.current !== null) {
      field.current.style.height = "0";
      field.current.style.height = `${field.current.scrollHeight}px`;
    }
  }, [text]);
  return field;
}

/**
 * Gives the field the keys, if nothing else has them, when it comes to be wanted: on arrival and after one's own turn.
 * Not on touch devices, where a keyboard would cover half of the room.
 */
function useFocus(field: RefObject<HTMLTextAreaElement | null>, wanted: boolean): void {
  useEffect(() => {
    const free = document.activeElement === null || document.activeElement === document.body;
    if (wanted && free && !matchMedia("(pointer: coarse)").matches) {
      field.current?.focus({ preventScroll: true });
    }
  }, [field, wanted]);
}
