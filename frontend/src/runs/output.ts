/** Feeds a run's output to a terminal that can only be added to, so that nothing is lost or written twice. */

/** Units at the end of what was written that must stand at the same place in what comes next. */
const SEAM = 64;

export interface Piece {
  /** The terminal must be emptied first: the output is another one than what it shows. */
  readonly reset: boolean;
  readonly text: string;
}

export class OutputFeed {
  #written = 0;
  #seam = "";

  /** What a terminal lacks of the whole output, as it is now known. */
  take(output: string): Piece {
    const goes = output.slice(Math.max(0, this.#written - SEAM), this.#written) === this.#seam;
    const text = goes ? output.slice(this.#written) : output;
    this.#written = output.length;
    this.#seam = output.slice(-SEAM);
    return { reset: !goes, text };
  }
}
