/**
 * The far end of a session's WebSocket, for tests: stands in for the browser's `WebSocket` and gives a test what the
 * server would see, and the server's words to say.
 */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { expect, vi } from "vitest";
import { type SyncStep, writeSync } from "../../wire/frames";
import type { AnyCommand, Event } from "../../wire/types";

/** What a client sent: its type, and for sync frames the step and the content. */
export interface Sent {
  readonly type: number;
  readonly step?: number;
  readonly content?: Uint8Array;
  readonly command?: AnyCommand;
}

export class ServerSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 3;
  static all: ServerSocket[] = [];
  readyState = ServerSocket.CONNECTING;
  binaryType = "blob";
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly sent: Sent[] = [];

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    ServerSocket.all.push(this);
  }

  /** Puts this class in the browser's place. */
  static install(): void {
    ServerSocket.all = [];
    vi.stubGlobal("WebSocket", ServerSocket);
  }

  /** The n-th socket that was opened, from 0, once it was. */
  static async opened(index: number): Promise<ServerSocket> {
    await vi.waitUntil(() => ServerSocket.all[index] !== undefined, { timeout: 5_000 });
    const socket = ServerSocket.all[index] as ServerSocket;
    socket.readyState = ServerSocket.OPEN;
    socket.onopen?.();
    return socket;
  }

  // --- what the session calls ---

  send(bytes: Uint8Array): void {
    expect(this.readyState).toBe(ServerSocket.OPEN);
    const decoder = decoding.createDecoder(bytes);
    const type = decoding.readVarUint(decoder);
    if (type === 0) {
      const step = decoding.readVarUint(decoder);
      this.sent.push({ type, step, content: decoding.readVarUint8Array(decoder) });
    } else if (type === 16) {
      this.sent.push({ type, command: JSON.parse(decoding.readVarString(decoder)) as AnyCommand });
    } else {
      this.sent.push({ type, content: decoding.readVarUint8Array(decoder) });
    }
  }

  close(): void {
    this.end(1000, "");
  }

  // --- what a test says for the server ---

  say(event: Event): void {
    this.deliver(
      encoding.encode((encoder) => {
        encoding.writeVarUint(encoder, 16);
        encoding.writeVarString(encoder, JSON.stringify(event));
      }),
    );
  }

  sync(step: SyncStep, content: Uint8Array): void {
    this.deliver(writeSync(step, content));
  }

  deliver(bytes: Uint8Array): void {
    this.onmessage?.({ data: bytes.slice().buffer });
  }

  end(code: number, reason: string): void {
    if (this.readyState !== ServerSocket.CLOSED) {
      this.readyState = ServerSocket.CLOSED;
      this.onclose?.({ code, reason });
    }
  }

  /** The sync frames that were sent, by step. */
  steps(): (number | undefined)[] {
    return this.sent.filter(({ type }) => type === 0).map(({ step }) => step);
  }
}
