import { describe, expect, it } from "vitest";
import { BEAT, PATIENCE, Pulse } from "./pulse";

function silentUntil(pulse: Pulse, from: number, to: number, visible = true): (number | "hangs")[] {
  const verdicts: (number | "hangs")[] = [];
  for (let now = from; now <= to; now += BEAT) verdicts.push(pulse.tick(now, visible));
  return verdicts;
}

describe("a page's pulse", () => {
  it("is lost after five seconds without an answer", () => {
    expect(silentUntil(new Pulse(), 0, PATIENCE)).toEqual([1, 2, 3, 4, 5, "hangs"]);
  });

  it("goes on while the page answers, late as it may be", () => {
    const pulse = new Pulse();
    for (let second = 0; second < 20; second += 2) {
      expect(pulse.tick(second * BEAT, true)).not.toBe("hangs");
      expect(pulse.tick((second + 1) * BEAT, true)).not.toBe("hangs");
      expect(pulse.answered(second + 1)).toBe(true);
    }
  });

  it("is not kept up by answers to beats that were never sent", () => {
    const pulse = new Pulse();
    pulse.tick(0, true);
    for (const beat of [0, -1, 2, 1e9]) expect(pulse.answered(beat)).toBe(false);
    expect(silentUntil(pulse, BEAT, PATIENCE).at(-1)).toBe("hangs");
  });

  it("is not expected of a page that nobody sees", () => {
    const pulse = new Pulse();
    expect(silentUntil(pulse, 0, 60_000, false)).not.toContain("hangs");
    expect(silentUntil(pulse, 61_000, 61_000 + PATIENCE)).toContain("hangs");
  });

  it("is not lost by a computer that slept", () => {
    const pulse = new Pulse();
    pulse.tick(0, true);
    expect(pulse.tick(3_600_000, true)).toBe(2);
  });
});
