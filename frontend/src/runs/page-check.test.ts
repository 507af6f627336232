import { describe, expect, it } from "vitest";
import { run } from "../rooms/testing/rows";
import type { PageMessage, PageReport } from "../wire/types";
import { faultOfPage, gravestFirst, pageTally } from "./page-check";

const message = (fields: Partial<PageMessage>): PageMessage => ({
  level: "log",
  text: "said",
  uncaught: false,
  place: null,
  count: 1,
  ...fields,
});
const report: PageReport = {
  path: "index.html",
  title: "Clock",
  load_ms: 40,
  messages: [
    message({}),
    message({ level: "warning", text: "careful" }),
    message({ level: "error", text: "x is not defined", uncaught: true, place: { path: "a.js", line: 3, column: 5 } }),
    message({ level: "error", text: "twice", count: 2 }),
  ],
  failures: [
    {
      address: "no.png",
      reason: "there is no such file in this room",
      place: { path: "index.html", line: 2, column: 1 },
    },
  ],
  left_out: 0,
  picture: null,
};

describe("what a look at the page showed", () => {
  it("errors come first, and the rest in its order", () => {
    expect(gravestFirst(report.messages).map(({ text }) => text)).toEqual([
      "x is not defined",
      "twice",
      "careful",
      "said",
    ]);
  });

  it("the tally counts what was said more than once as often", () => {
    expect(pageTally(report)).toBe("3 errors, 1 failed load, 1 warning, 1 line in the console");
    expect(pageTally({ ...report, messages: [], failures: [] })).toBe("");
  });

  it("a model is told of the errors and of what was not loaded, with their places", () => {
    const fault = faultOfPage(run({ kind: "page", state: "failed", reason: "3 errors, 1 failed load", page: report }));
    expect(fault?.places).toEqual([
      { path: "a.js", first: 3, last: 3 },
      { path: "index.html", first: 2, last: 2 },
    ]);
    expect(fault?.text ?? "").toMatch(/uncaught error at a\.js:3: x is not defined/);
    expect(fault?.text ?? "").toMatch(/not loaded: no\.png at index\.html:2/);
    expect(fault?.text ?? "").not.toMatch(/careful/);
  });

  it("there is nothing to mend of a page that passed", () => {
    expect(faultOfPage(run({ kind: "page", state: "passed", page: report }))).toBe(null);
  });
});
