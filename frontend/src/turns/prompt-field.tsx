import { type KeyboardEvent, type RefObject, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { MentionList, optionId } from "./mention-list";
import { completed, type Mention, mentionAt, suggestions } from "./mentions";

interface PromptFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** The room's paths, for mentions. */
  readonly paths: readonly string[];
  readonly placeholder: string;
  /** True while the field should have the keys, if nothing else has them. */
  readonly wantsFocus: boolean;
  /** Enter, or with Alt for what shall wait until one's running turn is over. */
  readonly onSend: (later: boolean) => void;
  readonly onNextMode: () => void;
}

/** Where a prompt is typed. `@` offers the room's files. */
export function PromptField(props: PromptFieldProps) {
  const { value, onChange, paths, placeholder, wantsFocus, onSend, onNextMode } = props;
  const list = useId();
  const field = useGrowing(value);
  const [mention, setMention] = useState<Mention | null>(null);
  const [chosen, setChosen] = useState(0);
  useFocus(field, wantsFocus);
  const caret = useCaret(field, value);
  const offered = mention === null ? [] : suggestions(paths, mention.query);

  const look = () => {
    const { selectionStart, selectionEnd, value: text } = field.current ?? {};
    const now =
      selectionStart === undefined || selectionStart !== selectionEnd ? null : mentionAt(text ?? "", selectionStart);
    if (now?.from !== mention?.from || now?.query !== mention?.query) {
      setMention(now);
      setChosen(0);
    }
  };
  const take = (path: string) => {
    if (mention === null) return;
    const done = completed(value, mention, path);
    caret.current = done.caret;
    setMention(null);
    onChange(done.text);
  };
  const press = (event: KeyboardEvent) => {
    // An Enter that ends a composition (Chinese, Japanese, …) chooses a word and does not send.
    if (event.nativeEvent.isComposing) return;
    const path = offered[chosen];
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (path !== undefined && step !== undefined) {
      setChosen((chosen + step + offered.length) % offered.length);
    } else if (
      path !== undefined &&
      (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !event.altKey))
    ) {
      take(path);
    } else if (path !== undefined && event.key === "Escape") {
      setMention(null);
    } else if (event.key === "Enter" && !event.shiftKey) {
      onSend(event.altKey);
    } else if (event.altKey && event.code === "KeyM") {
      onNextMode();
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    <>
      {offered.length > 0 && <MentionList id={list} paths={offered} chosen={chosen} onTake={take} />}
      <textarea
        ref={field}
        rows={1}
        value={value}
        aria-label="Prompt"
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={offered.length > 0 ? list : undefined}
        aria-activedescendant={offered.length > 0 ? optionId(list, chosen) : undefined}
        placeholder={placeholder}
        onChange={(event) => {
          onChange(event.target.value);
          look();
        }}
        onSelect={look}
        onBlur={() => setMention(null)}
        onKeyDown={press}
      />
    </>
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

/** Where the caret shall stand once the field shows its next text; null leaves it where it is. */
function useCaret(field: RefObject<HTMLTextAreaElement | null>, text: string) {
  const wanted = useRef<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caret can only be put where there is text
  useLayoutEffect(() => {
    if (wanted.current !== null) field.current?.setSelectionRange(wanted.current, wanted.current);
    wanted.current = null;
  }, [text]);
  return wanted;
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
