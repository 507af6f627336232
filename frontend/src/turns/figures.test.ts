import { expect, it } from "vitest";
import { rehearsalLine, timingLine } from "./figures";

const timing = { first_token_ms: 41.6, tokens_per_second: 1187.4, total_ms: 2140 };

it("tells the three figures of a turn", () => {
  expect(timingLine(timing)).toBe("first token 42 ms · 1,187 tokens/s · 2.1 s total");
  expect(timingLine({ ...timing, tokens_per_second: null })).toBe("first token 42 ms · 2.1 s total");
  expect(timingLine({ first_token_ms: null, tokens_per_second: null, total_ms: null })).toBe("");
});

it("gives the rehearsal's speed as the setting that it is", () => {
  expect(rehearsalLine(timing, 1200)).toBe(
    "Prepared example, played at 1,200 tokens/s (a setting) · first token 42 ms · 2.1 s total",
  );
});
