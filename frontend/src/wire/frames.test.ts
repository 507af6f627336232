import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { describe, expect, it } from "vitest";
import { readFrame, STEP_1, UPDATE, writeAwareness, writeCommand, writeSync } from "./frames";

const content = Uint8Array.of(1, 2, 3);

describe("frames", () => {
  it("read back what was written", () => {
    expect(readFrame(writeSync(STEP_1, content))).toEqual({ kind: "sync", step: STEP_1, content });
    expect(readFrame(writeSync(UPDATE, content))).toEqual({ kind: "sync", step: UPDATE, content });
    expect(readFrame(writeAwareness(content))).toEqual({ kind: "awareness", content });
  });

  it("are y-websocket's own bytes", () => {
    expect([...writeSync(UPDATE, content)]).toEqual([0, 2, 3, 1, 2, 3]);
    expect([...writeAwareness(content)]).toEqual([1, 3, 1, 2, 3]);
    expect(readFrame(Uint8Array.of(3))).toEqual({ kind: "query-awareness" });
  });

  it("carry commands as a string of JSON behind the number 16", () => {
    const decoder = decoding.createDecoder(writeCommand({ id: "1", type: "say", text: "héllo 🐍" }));
    expect(decoding.readVarUint(decoder)).toBe(16);
    expect(JSON.parse(decoding.readVarString(decoder))).toEqual({ id: "1", type: "say", text: "héllo 🐍" });
    expect(decoding.hasContent(decoder)).toBe(false);
  });

  it("carry events", () => {
    expect(readFrame(event('{"type":"saved","frames":3}'))).toEqual({
      kind: "event",
      event: { type: "saved", frames: 3 },
    });
  });

  it.each([
    ["nothing", Uint8Array.of()],
    ["an unknown type", Uint8Array.of(9, 1)],
    ["an unknown step", Uint8Array.of(0, 7, 0)],
    ["a length beyond the end", Uint8Array.of(0, 2, 200, 1)],
    ["an endless number", new Uint8Array(32).fill(255)],
    ["no JSON", event("{")],
    ["JSON that is no event", event("null")],
    ["an event without a type", event('{"seq":1}')],
  ])("that hold %s are none", (_, bytes) => {
    expect(readFrame(bytes)).toBeNull();
  });
});

function event(json: string): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 16);
    encoding.writeVarString(encoder, json);
  });
}
