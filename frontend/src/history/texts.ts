/** Texts of earlier states, fetched once: most steps share most of them. */
import { readText } from "./api";

const MOST = 100;

export class Texts {
  readonly #room: string;
  /** By hash, in the order of their last use. */
  readonly #known = new Map<string, Promise<string>>();

  constructor(room: string) {
    this.#room = room;
  }

  /** The text with this hash, which stands at `path` in the step. Rejects with a `Refusal`. */
  read(step: string, path: string, hash: string): Promise<string> {
    const known = this.#known.get(hash) ?? readText(this.#room, step, path);
    this.#known.delete(hash);
    this.#known.set(hash, known);
    known.catch(() => this.#known.delete(hash));
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST) {
        break;
      }
      this.#known.delete(oldest);
    }
    return known;
  }
}
