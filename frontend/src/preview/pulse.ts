/** Tells a page that hangs from one that answers. Pure: it is told of time, beats and answers. */

/** Milliseconds between beats, and without an answer until a page counts as hanging. */
export const BEAT = 1_000;
export const PATIENCE = 5_000;

export class Pulse {
  #beat = 0;
  #waitingSince: number | null = null;
  #lastTick: number | null = null;

  /** One tick of the clock, about every BEAT. Answers the number to send, or "hangs". */
  tick(now: number, visible: boolean): number | "hangs" {
    // A browser slows hidden pages down, and a laptop sleeps: neither says anything about the page.
    const paused = this.#lastTick !== null && now - this.#lastTick > 2 * BEAT;
    this.#lastTick = now;
    if (!visible || paused) this.#waitingSince = null;
    if (this.#waitingSince !== null && now - this.#waitingSince >= PATIENCE) return "hangs";
    this.#waitingSince ??= now;
    this.#beat += 1;
    return this.#beat;
  }

  /** The page answered a beat. An answer to a beat that was never sent is no answer. */
  answered(beat: number): boolean {
    if (beat < 1 || beat > this.#beat) return false;
    this.#waitingSince = null;
    return true;
  }
}
