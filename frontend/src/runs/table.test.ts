import { describe, expect, it } from "vitest";
import { readTable } from "./table";

describe("a table", () => {
  it.each([
    [
      "a,b\n1,2\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "\ufeffa;b\r\n1;2",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a\tb, c\n1\t2",
      [
        ["a", "b, c"],
        ["1", "2"],
      ],
    ],
    [
      '"a, ""b""",c\n"two\nlines",d',
      [
        ['a, "b"', "c"],
        ["two\nlines", "d"],
      ],
    ],
    ["a,\n,b\n\n", [["a", ""], ["", "b"], [""]]],
    ["one", [["one"]]],
    ['"never closed', [["never closed"]]],
    ["", []],
  ])("%j has these values", (text, rows) => {
    expect(readTable(text)).toEqual({ rows, cut: false });
  });

  it("is cut where it is too long, too wide or a value too large", () => {
    const long = readTable("1,2\n".repeat(501));
    expect([long.rows.length, long.cut]).toEqual([500, true]);
    const wide = readTable(`${"x,".repeat(60)}x\n1,2`);
    expect([wide.rows.map((row) => row.length), wide.cut]).toEqual([[50, 2], true]);
    expect(readTable("x".repeat(1_000)).rows[0]?.[0]).toHaveLength(301);
  });

  it("takes whatever is thrown at it", () => {
    for (const text of ["\n".repeat(10), ",".repeat(1_000), '"'.repeat(999), '"a"b"c",d\r\r\n', "\r"]) {
      expect(readTable(text).rows.length).toBeLessThanOrEqual(500);
    }
  });
});
