import { describe, expect, test } from "vitest";
import type { Measured, ModelReport, Trial } from "../wire/types";
import {
  dailyLine,
  dollars,
  kindLine,
  landed,
  milliseconds,
  priceLine,
  speed,
  stateLine,
  thousands,
  trialLine,
} from "./words";

const MODEL: ModelReport = {
  name: "spark",
  tier: "fast",
  protocol: "responses-ws",
  dialect: "v4a",
  context_tokens: 128_000,
  rehearsal: false,
  capabilities: ["websocket"],
  paid: true,
  by_invitation: false,
  key: "SPARK_KEY",
  plays_at: null,
  needs: null,
  published: null,
  price: null,
  measured: null,
  key_stored: false,
};
const MEASURED: Measured = {
  turns: 3,
  first_token_ms: null,
  tokens_per_second: null,
  edits: 8,
  edits_landed: 7,
  input_tokens: 0,
  output_tokens: 0,
  cost: null,
};
const TRIAL: Trial = {
  landed: true,
  listed: true,
  problem: null,
  first_token_ms: 320.4,
  tokens_per_second: 1240.4,
  total_ms: 900,
};

describe("figures", () => {
  test("times, speeds and sizes have the digits that mean something", () => {
    expect(milliseconds(42.6)).toBe("43 ms");
    expect(milliseconds(1234)).toBe("1.2 s");
    expect(speed(1240.4)).toBe("1,240");
    expect(speed(3.14)).toBe("3.1");
    expect(thousands(1_048_576)).toBe("1,049k");
    expect(thousands(4096)).toBe("4k");
  });

  test("a small cost is no zero", () => {
    expect(dollars(0)).toBe("$0");
    expect(dollars(0.0000567)).toBe("$0.000057");
    expect(dollars(12.345)).toBe("$12.35");
    expect(priceLine({ input: 0.28, output: 14, source: "x" })).toBe("$0.28 in, $14.00 out");
  });

  test("how many edits landed, and how many of how many tokens are used", () => {
    expect(landed(MEASURED)).toBe("7 of 8 (88 %)");
    expect(dailyLine({ used: 1234, allowed: 5_000_000 })).toBe(
      "1,234 of today's 5,000,000 tokens for paid models are used.",
    );
  });
});

describe("a model", () => {
  test("says what it needs, and that it takes an invitation", () => {
    expect(stateLine(MODEL)).toBe("Ready");
    expect(stateLine({ ...MODEL, needs: "needs SPARK_KEY", by_invitation: true })).toBe(
      "needs SPARK_KEY · API by invitation",
    );
    expect(stateLine({ ...MODEL, rehearsal: true })).toBe("Always there");
  });

  test("says what it is for and how it is asked", () => {
    expect(kindLine(MODEL)).toBe("for turns · responses-ws · v4a");
    expect(kindLine({ ...MODEL, tier: "deep", capabilities: ["websocket", "steer"] })).toBe(
      "for delegated tasks · responses-ws · v4a · takes redirections",
    );
  });
});

describe("a test", () => {
  test("that worked gives its figures", () => {
    expect(trialLine(TRIAL)).toBe("The edit landed · first token 320 ms · 1,240 tokens/s");
    expect(trialLine({ ...TRIAL, listed: null, tokens_per_second: null })).toBe("The edit landed · first token 320 ms");
    expect(trialLine({ ...TRIAL, listed: false })).toContain("its server's list does not name it");
  });

  test("that failed gives the reason", () => {
    const failed = {
      ...TRIAL,
      landed: false,
      first_token_ms: null,
      tokens_per_second: null,
      problem: "the key was refused",
    };
    expect(trialLine(failed)).toBe("No edit: the key was refused");
  });
});
