/**
 * A WebSocket that comes back by itself: after 0.3 s to 5 s with jitter, at once when the machine is online again, and
 * never after a close code of 44xx, which is final.
 */

/** The server sends at least every 20 s; a socket silent for this long is dead, whatever the system says. */
const SILENCE_MS = 45_000;
const FIRST_DELAY_MS = 300;
const LAST_DELAY_MS = 5_000;
const NO_STATUS = 1005;

export interface SocketListener {
  opened(): void;
  frame(bytes: Uint8Array): void;
  /** The socket is gone and another is tried. */
  lost(): void;
  /** The server refused for good. */
  closed(code: number, reason: string): void;
}

export class ReconnectingSocket {
  #socket: WebSocket | null = null;
  #attempt = 0;
  #heard = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #ended = false;
  readonly #address: () => string;
  readonly #listener: SocketListener;
  readonly #online = () => this.#retryNow();

  /** `address` is asked before each attempt, since it carries the last event seen. */
  constructor(address: () => string, listener: SocketListener) {
    this.#address = address;
    this.#listener = listener;
    window.addEventListener("online", this.#online);
    this.#connect();
  }

  get open(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** True while what was given to it is still on its way out. */
  get sending(): boolean {
    return (this.#socket?.bufferedAmount ?? 0) > 0;
  }

  /** Sends a frame; does nothing while there is no open socket. */
  send(bytes: Uint8Array): void {
    if (this.open) {
      this.#socket?.send(bytes as Uint8Array<ArrayBuffer>);
    }
  }

  /** The connection proved to work: the next loss is retried quickly again. */
  proved(): void {
    this.#attempt = 0;
  }

  close(): void {
    this.#end();
    this.#socket?.close(1000);
  }

  #connect(): void {
    const socket = new WebSocket(this.#address(), "sparkroom.v1");
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#heard = Date.now();
    clearInterval(this.#watch);
    this.#watch = setInterval(() => {
      if (Date.now() - this.#heard > SILENCE_MS) {
        this.#gone(socket, NO_STATUS, "");
        socket.close();
      }
    }, SILENCE_MS / 4);
    socket.onopen = () => this.#listener.opened();
    socket.onmessage = (message: MessageEvent<unknown>) => {
      this.#heard = Date.now();
      if (message.data instanceof ArrayBuffer) {
        this.#listener.frame(new Uint8Array(message.data));
      }
    };
    socket.onclose = (event) => this.#gone(socket, event.code, event.reason);
  }

  #gone(socket: WebSocket, code: number, reason: string): void {
    if (socket !== this.#socket || this.#ended) {
      return;
    }
    this.#socket = null;
    clearInterval(this.#watch);
    if (code >= 4400 && code < 4500) {
      this.#end();
      this.#listener.closed(code, reason);
      return;
    }
    this.#listener.lost();
    const delay = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#attempt);
    this.#attempt += 1;
    this.#retry = setTimeout(() => this.#connect(), delay * (0.5 + Math.random() / 2));
  }

  #retryNow(): void {
    if (this.#socket === null && !this.#ended) {
      clearTimeout(this.#retry);
      this.#connect();
    }
  }

  #end(): void {
    this.#ended = true;
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
    window.removeEventListener("online", this.#online);
  }
}
