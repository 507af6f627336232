import { describe, expect, it } from "vitest";
import { STEP_1, STEP_2, UPDATE } from "../wire/frames";
import { SavedCount } from "./saving";

describe("what is saved", () => {
  it("is everything, while nothing was written", () => {
    const count = new SavedCount();
    count.reopened();
    count.sent(STEP_1);
    expect(count.saved).toBe(true);
  });

  it("waits for the frame that carries the last edit, steps counted too", () => {
    const count = new SavedCount();
    count.sent(STEP_1);
    count.sent(STEP_2);
    count.sent(UPDATE);
    count.acknowledged(2);
    expect(count.saved).toBe(false);
    count.acknowledged(3);
    expect(count.saved).toBe(true);
  });

  it("never goes back, and never beyond what was sent", () => {
    const count = new SavedCount();
    count.sent(UPDATE);
    count.acknowledged(99);
    count.acknowledged(0);
    expect(count.saved).toBe(true);
    count.sent(UPDATE);
    expect(count.saved).toBe(false);
  });

  it("keeps unacknowledged edits in mind over a lost socket, until a step 2 carried them", () => {
    const count = new SavedCount();
    count.sent(UPDATE);
    count.reopened();
    expect(count.saved).toBe(false);
    count.sent(STEP_1);
    count.acknowledged(1);
    expect(count.saved).toBe(false);
    count.sent(STEP_2);
    expect(count.saved).toBe(false);
    count.acknowledged(2);
    expect(count.saved).toBe(true);
  });

  it("does not take an update for what was edited offline", () => {
    const count = new SavedCount();
    count.edited();
    count.reopened();
    count.sent(STEP_1);
    count.sent(UPDATE);
    count.acknowledged(2);
    expect(count.saved).toBe(false);
  });
});
