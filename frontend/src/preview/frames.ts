/**
 * The frames that a room's page runs in. A new version is loaded in a frame below the one that is shown and takes its
 * place once it has painted, so nothing flashes; what the page keeps goes from one to the other in the frame's name.
 */
import { KEPT_LENGTH, type Key, seal, type ToPage } from "./messages";
import { addressOf } from "./places";
import { BEAT, Pulse } from "./pulse";
import { readFromPage } from "./reading";

/** Milliseconds that a page has to hand over its state, and to paint before it is shown anyway. */
const SAVE_PATIENCE = 150;
const PAINT_PATIENCE = 1_500;
/** Messages in one second after which a page is stopped; the runtime itself sends fewer than 300. */
const FLOOD = 2_000;

export type PageMessage = NonNullable<ReturnType<typeof readFromPage>>;

export interface FramesListener {
  /** A page begins to load: what the last one said is of no more use. */
  opened(): void;
  /** The page that was asked for is the one that is seen. */
  shown(): void;
  /** The newest page said something that is for people to read. */
  said(message: Extract<PageMessage, { type: "console" | "error" | "left_out" }>): void;
  /** The newest page is at this address now. */
  moved(url: string): void;
  /** The styles were asked for again; `count` is how many style sheets the page has. */
  swapped(count: number): void;
  /** A key for the IDE was pressed in the page, which has the focus. */
  pressed(key: Key): void;
  /** The newest page answered, `age` milliseconds after it was opened. */
  answered(age: number): void;
  /** The page does not answer any more, or says too much to be listened to. Its frame is gone already. */
  hung(): void;
  flooded(): void;
}

interface Frame {
  readonly element: HTMLIFrameElement;
  readonly nonce: string;
  readonly pulse: Pulse;
  readonly openedAt: number;
}

export class Frames {
  #shown: Frame | null = null;
  #next: Frame | null = null;
  #version = 0;
  #loads = 0;
  #saves = 0;
  #handOver: ((kept: string) => void) | null = null;
  #flood = { start: 0, count: 0 };
  readonly #timer: ReturnType<typeof setInterval>;

  /** `base` is the preview's address; `watched` says whether a page can be expected to answer. */
  constructor(
    private readonly host: HTMLElement,
    private readonly base: string,
    private readonly watched: () => boolean,
    private readonly listener: FramesListener,
  ) {
    window.addEventListener("message", this.#hear);
    this.#timer = setInterval(() => this.#tick(), BEAT);
  }

  get empty(): boolean {
    return this.#newest === null;
  }

  /** True while a page is to be seen. */
  get seen(): boolean {
    return this.#shown !== null;
  }

  get focused(): boolean {
    return this.#shown !== null && document.activeElement === this.#shown.element;
  }

  /** Loads a page. The page before it hands over its storage, and its state too if `state` is true. */
  async load(path: string, state: boolean): Promise<void> {
    this.#loads += 1;
    const load = this.#loads;
    const kept = this.#shown === null ? "" : await this.#save(this.#shown, state);
    if (load === this.#loads) this.#open(path, kept);
  }

  /** Asks the page to load its style sheets again. */
  swap(): void {
    this.#version += 1;
    if (this.#newest !== null) post(this.#newest, { type: "swap", version: this.#version });
  }

  /** Moves the keyboard to the page that is shown. */
  focus(): void {
    this.#shown?.element.focus({ preventScroll: true });
    this.#shown?.element.contentWindow?.focus();
  }

  /** Ends every page. */
  clear(): void {
    this.#loads += 1;
    for (const frame of [this.#shown, this.#next]) frame?.element.remove();
    this.#shown = this.#next = null;
  }

  close(): void {
    this.clear();
    clearInterval(this.#timer);
    window.removeEventListener("message", this.#hear);
  }

  get #newest(): Frame | null {
    return this.#next ?? this.#shown;
  }

  #save(frame: Frame, state: boolean): Promise<string> {
    this.#saves += 1;
    post(frame, { type: "save", save: this.#saves, state });
    return new Promise((resolve) => {
      this.#handOver = resolve;
      setTimeout(resolve, SAVE_PATIENCE, "");
    });
  }

  #open(path: string, kept: string): void {
    this.#next?.element.remove();
    this.#version += 1;
    const nonce = newNonce();
    const element = document.createElement("iframe");
    element.name = seal(nonce, kept.length <= KEPT_LENGTH ? kept : "");
    element.title = "Preview";
    element.className = "preview-frame";
    element.setAttribute("sandbox", "allow-scripts allow-forms allow-pointer-lock");
    element.referrerPolicy = "no-referrer";
    element.src = addressOf(this.base, path, this.#version);
    const frame = { element, nonce, pulse: new Pulse(), openedAt: performance.now() };
    // Both are for pages whose runtime does not get to say that it has painted.
    element.addEventListener("load", () => setTimeout(() => this.#show(frame), 100), { once: true });
    setTimeout(() => this.#show(frame), PAINT_PATIENCE);
    this.#next = frame;
    this.listener.opened();
    this.host.prepend(element);
  }

  #show(frame: Frame): void {
    if (frame !== this.#next) return;
    const hadFocus = this.focused;
    this.#shown?.element.remove();
    this.#shown = frame;
    this.#next = null;
    if (hadFocus) this.focus();
    this.listener.shown();
  }

  #tick(): void {
    const frame = this.#newest;
    if (frame === null) return;
    const visible = document.visibilityState === "visible" && this.host.getClientRects().length > 0;
    const beat = frame.pulse.tick(performance.now(), visible && this.watched());
    if (beat !== "hangs") {
      post(frame, { type: "beat", beat });
      return;
    }
    this.clear();
    this.listener.hung();
  }

  readonly #hear = (event: MessageEvent) => {
    const frame = [this.#next, this.#shown].find((own) => own !== null && own.element.contentWindow === event.source);
    if (frame === undefined || frame === null) return;
    if (this.#floods()) {
      this.clear();
      this.listener.flooded();
      return;
    }
    const message = readFromPage(frame.nonce, event.data);
    if (message !== null) this.#read(frame, message);
  };

  #read(frame: Frame, message: PageMessage): void {
    if (message.type === "kept") {
      if (frame === this.#shown && message.save === this.#saves) this.#handOver?.(message.kept);
    } else if (message.type === "key") {
      if (this.focused) this.listener.pressed(message.key);
    } else if (frame === this.#newest) {
      if (message.type === "ready") this.#show(frame);
      else if (message.type === "start") this.listener.moved(message.url);
      else if (message.type === "swapped") this.listener.swapped(message.count);
      else if (message.type !== "alive") this.listener.said(message);
      else if (frame.pulse.answered(message.beat)) this.listener.answered(performance.now() - frame.openedAt);
    }
  }

  #floods(): boolean {
    const now = performance.now();
    if (now - this.#flood.start > 1_000) this.#flood = { start: now, count: 0 };
    this.#flood.count += 1;
    return this.#flood.count > FLOOD;
  }
}

// Not a UUID, which browsers make in secure contexts alone: rooms are shared over plain http in a local network.
function newNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The page's origin is opaque, so no target origin can be named; the nonce is all that it learns.
function post(frame: Frame, message: ToPage): void {
  frame.element.contentWindow?.postMessage(seal(frame.nonce, JSON.stringify(message)), "*");
}
