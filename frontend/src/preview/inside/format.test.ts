import { expect, describe as group, it } from "vitest";
import { describe, formatArguments, stackOf } from "./format";

const written = (...values: unknown[]) => formatArguments(values, 10_000);

group("console arguments", () => {
  it("are joined, strings as they are", () => {
    expect(written("score", 3, null, undefined, true, -0, 10n)).toBe("score 3 null undefined true -0 10n");
    expect(written({ a: "b", c: [1, "two"] }, "x")).toBe('{a: "b", c: [1, "two"]} x');
    expect(written()).toBe("");
  });

  it("follow formats", () => {
    expect(written("%s is %d of %f, %o%%", "a", 3.7, "1.5", { b: 1 })).toBe("a is 3 of 1.5, {b: 1}%");
    expect(written("%cred", "color: red", "rest")).toBe("red rest");
    expect(written("100%", 1)).toBe("100% 1");
    expect(written("%s")).toBe("%s");
  });

  it("show what objects are", () => {
    class Snake {
      length = 3;
    }
    expect(written(new Snake())).toBe("Snake {length: 3}");
    expect(written(new Map([["a", { b: 1 }]]), new Set([1]))).toBe('Map(1) {"a" => {b: 1}} Set(1) {1}');
    expect(written(Uint8Array.of(1, 2), /x/g, Symbol("s"))).toBe("Uint8Array [1, 2] /x/g Symbol(s)");
    expect(written(function step() {})).toBe("ƒ step()");
    expect(written(Object.create(null))).toBe("{}");
    expect(written([[[[["deep"]]]]])).toBe("[[[[[…]]]]]");
  });

  it("survive circles, getters and proxies that throw", () => {
    const circle: Record<string, unknown> = { name: "c" };
    circle.self = circle;
    expect(written(circle)).toBe('{name: "c", self: [circular]}');
    const same = { a: 1 };
    expect(written([same, same])).toBe("[{a: 1}, {a: 1}]");
    let called = 0;
    const guarded = {
      get secret() {
        called += 1;
        throw new Error("no");
      },
    };
    expect(written(guarded)).toBe("{secret: (getter)}");
    expect(called).toBe(0);
    const trap = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("no");
        },
      },
    );
    expect(written(trap, "after")).toBe("[unreadable] after");
  });

  it("are bounded in width, depth and length", () => {
    const wide = Array.from({ length: 200 }, (_, at) => at);
    expect(written(wide)).toContain("… 150 more");
    expect(formatArguments([{ text: "x".repeat(1e6) }], 100).length).toBeLessThanOrEqual(100);
    const bush = (depth: number): unknown => (depth === 0 ? 1 : Array.from({ length: 50 }, () => bush(depth - 1)));
    expect(formatArguments([bush(3)], 1_000).length).toBeLessThanOrEqual(1_000);
    expect(describe("x".repeat(200), 50)).toHaveLength(50);
  });
});

group("stacks", () => {
  it("begin with the message, as some browsers leave it out", () => {
    const error = new TypeError("x is not a function");
    error.stack = "step@game.js:1:1";
    expect(stackOf(error)).toBe("TypeError: x is not a function\nstep@game.js:1:1");
    expect(stackOf("thrown text")).toBe("");
    expect(stackOf(null)).toBe("");
  });
});
