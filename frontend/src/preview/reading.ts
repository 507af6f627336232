/** Reads what a page says: total, bounded, and believing nothing but the shape. */
import { type FromPage, KEPT_LENGTH, KEYS, LEVELS, type Source, STACK_LENGTH, TEXT_LENGTH, unseal } from "./messages";

// Every character of `kept` may be escaped once more inside the message.
const MESSAGE_LENGTH = 2 * KEPT_LENGTH + 1_000;

/** The message in `data`, from a frame with this nonce; null for everything that is none. */
export function readFromPage(nonce: string, data: unknown): FromPage | null {
  if (typeof data !== "string" || data.length > MESSAGE_LENGTH) return null;
  const content = unseal(nonce, data);
  if (content === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return null;
  }
  return isRecord(value) ? readMessage(value) : null;
}

function readMessage(value: Record<string, unknown>): FromPage | null {
  switch (value.type) {
    case "start":
      return { type: "start", url: text(value.url, STACK_LENGTH) };
    case "ready":
      return { type: "ready" };
    case "console": {
      const level = LEVELS.find((known) => known === value.level);
      if (level === undefined) return null;
      return { type: "console", level, text: text(value.text, TEXT_LENGTH), stack: text(value.stack, STACK_LENGTH) };
    }
    case "error":
      return {
        type: "error",
        text: text(value.text, TEXT_LENGTH),
        stack: text(value.stack, STACK_LENGTH),
        source: source(value.source),
      };
    case "left_out":
      return { type: "left_out", count: whole(value.count) };
    case "alive":
      return { type: "alive", beat: whole(value.beat) };
    case "kept": {
      if (typeof value.kept !== "string" || value.kept.length > KEPT_LENGTH) return null;
      return { type: "kept", save: whole(value.save), kept: value.kept };
    }
    case "swapped":
      return { type: "swapped", count: whole(value.count) };
    case "key": {
      const key = KEYS.find((known) => known === value.key);
      return key === undefined ? null : { type: "key", key };
    }
    default:
      return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function text(value: unknown, most: number): string {
  return typeof value === "string" ? value.slice(0, most) : "";
}

function whole(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

function source(value: unknown): Source {
  if (!isRecord(value)) return { url: "", line: 0, column: 0 };
  return { url: text(value.url, STACK_LENGTH), line: whole(value.line), column: whole(value.column) };
}
