import { describe, expect, it, vi } from "vitest";
import { pageState, readKept, writeKept } from "./state";
import { memoryStorage } from "./storage";

const silent = () => {};

describe("what a page keeps over a reload", () => {
  it("comes back as it was", () => {
    const [hook, save] = pageState(undefined, silent);
    hook.save(() => ({ score: 3, snake: [[1, 2]] }));
    const kept = readKept(writeKept(memoryStorage([["best", "9"]]), memoryStorage([]), save()));
    expect(kept).toEqual({ local: [["best", "9"]], session: [], state: { score: 3, snake: [[1, 2]] } });
  });

  it("is handed to the page once, after its script", async () => {
    const [hook] = pageState({ score: 3 }, silent);
    const restored = vi.fn();
    hook.restore(restored);
    expect(restored).not.toHaveBeenCalled();
    await Promise.resolve();
    hook.restore(restored);
    await Promise.resolve();
    expect(restored.mock.calls).toEqual([[{ score: 3 }]]);
  });

  it("is nothing for a page that keeps nothing", async () => {
    const [hook, save] = pageState(undefined, silent);
    const restored = vi.fn();
    hook.restore(restored);
    await Promise.resolve();
    expect(restored).not.toHaveBeenCalled();
    expect(save()).toBe("");
    expect(readKept(writeKept(memoryStorage([]), memoryStorage([]), save())).state).toBeUndefined();
  });

  it("is left out with a reason when it cannot be kept", () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const state of [circle, "x".repeat(1_000_001)]) {
      const complain = vi.fn();
      const [hook, save] = pageState(undefined, complain);
      hook.save(() => state);
      expect(save()).toBe("");
      expect(complain).toHaveBeenCalledOnce();
    }
  });

  it("is nothing when the name of the frame is damaged", () => {
    for (const content of ["", "{", "null", "3"]) expect(readKept(content).state).toBeUndefined();
  });
});
