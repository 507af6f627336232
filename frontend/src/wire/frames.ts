/**
 * The socket's binary frames, as y-websocket cuts them (a varuint type, then its content), and type 16 for events and
 * commands. Reading is total: a frame that is none gives `null`, never an exception.
 */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import type { AnyCommand, Event } from "./types";

const SYNC = 0;
const AWARENESS = 1;
const QUERY_AWARENESS = 3;
const EVENT = 16;

/** Which of the three sync messages a frame holds. Steps 2 and updates carry edits. */
export const STEP_1 = 0;
export const STEP_2 = 1;
export const UPDATE = 2;
export type SyncStep = typeof STEP_1 | typeof STEP_2 | typeof UPDATE;

/** Frames beyond this are refused unread: the server sends none so large. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;

export type Frame =
  /** `content` is a state vector (step 1) or an update (step 2, update). */
  | { readonly kind: "sync"; readonly step: SyncStep; readonly content: Uint8Array }
  | { readonly kind: "awareness"; readonly content: Uint8Array }
  | { readonly kind: "query-awareness" }
  | { readonly kind: "event"; readonly event: Event };

/** Reads one frame from the server. */
export function readFrame(bytes: Uint8Array): Frame | null {
  if (bytes.byteLength > MAX_FRAME_BYTES) {
    return null;
  }
  try {
    const decoder = decoding.createDecoder(bytes);
    switch (decoding.readVarUint(decoder)) {
      case SYNC: {
        const step = decoding.readVarUint(decoder);
        if (step !== STEP_1 && step !== STEP_2 && step !== UPDATE) {
          return null;
        }
        return { kind: "sync", step, content: decoding.readVarUint8Array(decoder) };
      }
      case AWARENESS:
        return { kind: "awareness", content: decoding.readVarUint8Array(decoder) };
      case QUERY_AWARENESS:
        return { kind: "query-awareness" };
      case EVENT: {
        const event: unknown = JSON.parse(decoding.readVarString(decoder));
        return isTyped(event) ? { kind: "event", event } : null;
      }
      default:
        return null;
    }
  } catch {
    return null;
  }
}

export function writeSync(step: SyncStep, content: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, SYNC);
    encoding.writeVarUint(encoder, step);
    encoding.writeVarUint8Array(encoder, content);
  });
}

export function writeAwareness(content: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, AWARENESS);
    encoding.writeVarUint8Array(encoder, content);
  });
}

export function writeCommand(command: AnyCommand): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, EVENT);
    encoding.writeVarString(encoder, JSON.stringify(command));
  });
}

/** Events of a type that this client does not know are let through here and ignored by whoever reads them. */
function isTyped(value: unknown): value is Event {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
