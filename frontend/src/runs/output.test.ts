import { describe, expect, it } from "vitest";
import { OutputFeed } from "./output";

describe("the feed of a terminal", () => {
  it("gives every character once, however the output grows", () => {
    const whole = "Guess: 🐍 3\r\n".repeat(40);
    for (const step of [1, 7, 64, 65, 1_000]) {
      const feed = new OutputFeed();
      let shown = "";
      for (let end = 0; end <= whole.length + step; end += step) {
        const { reset, text } = feed.take(whole.slice(0, end));
        expect(reset).toBe(false);
        shown += text;
        expect(feed.take(whole.slice(0, end)).text).toBe("");
      }
      expect(shown).toBe(whole);
    }
  });

  it("begins again when the output is another one", () => {
    const feed = new OutputFeed();
    feed.take("one two");
    expect(feed.take("one TWO three")).toEqual({ reset: true, text: "one TWO three" });
    expect(feed.take("one")).toEqual({ reset: true, text: "one" });
    expect(feed.take("one more")).toEqual({ reset: false, text: " more" });
  });
});
