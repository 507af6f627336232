/**
 * Counts sync frames to tell when everything written here is committed. The server counts every type-0 frame of a
 * socket, whatever its step, and answers `saved {frames: n}` once the first n of them are in the database.
 */
import { STEP_1, STEP_2, type SyncStep } from "../wire/frames";

export class SavedCount {
  #sent = 0;
  #lastEdit = 0;
  #acknowledged = 0;
  #unsent = false;

  /** A socket was opened; what the last one left unacknowledged goes out again with the next step 2. */
  reopened(): void {
    this.#unsent = !this.saved;
    this.#sent = 0;
    this.#lastEdit = 0;
    this.#acknowledged = 0;
  }

  /** An edit was made while there is no socket that it could go to. */
  edited(): void {
    this.#unsent = true;
  }

  sent(step: SyncStep): void {
    this.#sent += 1;
    if (step !== STEP_1) {
      this.#lastEdit = this.#sent;
    }
    if (step === STEP_2) {
      // It holds everything that the server lacks, whenever that was written.
      this.#unsent = false;
    }
  }

  acknowledged(frames: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, Math.min(frames, this.#sent));
  }

  get saved(): boolean {
    return !this.#unsent && this.#acknowledged >= this.#lastEdit;
  }
}
