/** Collects what is typed into a program, so that a burst of keys or a paste is a few commands and not hundreds. */

/** Milliseconds that keys are collected, and the most characters of one command. */
const PAUSE = 12;
const MOST = 16_384;

export class Keystrokes {
  #typed = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: (data: string) => void) {}

  type(data: string): void {
    this.#typed += data;
    this.#timer ??= setTimeout(() => this.flush(), PAUSE);
  }

  /** Sends what was typed so far, in order. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const typed = [...this.#typed];
    this.#typed = "";
    // Cut between code points: half a surrogate pair is no text.
    for (let at = 0; at < typed.length; at += MOST) this.send(typed.slice(at, at + MOST).join(""));
  }
}
