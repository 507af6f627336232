import { describe, expect, it } from "vitest";
import type { MadeFile } from "../wire/types";
import { addressOf, kindOf, laidOut, picturesFirst, standingOf } from "./made";

function made(path: string, type = "text/plain"): MadeFile {
  return { path, bytes: 1, hash: "h1", type };
}

describe("a file that a run made", () => {
  it("is shown as pixels, as a table, as text or not at all", () => {
    expect(kindOf(made("plot.png", "image/png"))).toBe("image");
    expect(kindOf(made("drawing.svg", "image/svg+xml"))).toBe("image");
    expect(kindOf(made("data.CSV"))).toBe("table");
    expect(kindOf(made("page.html"))).toBe("text");
    expect(kindOf(made("data.csv", "application/octet-stream"))).toBe("other");
    expect(kindOf(made("paper.pdf", "application/pdf"))).toBe("other");
  });

  it("stands behind pictures", () => {
    const files = [made("a.csv"), made("b.png", "image/png"), made("c.txt"), made("d.gif", "image/gif")];
    expect(picturesFirst(files).map(({ path }) => path)).toEqual(["b.png", "d.gif", "a.csv", "c.txt"]);
  });

  it("has an address that its name cannot lead elsewhere", () => {
    expect(addressOf("r", "u", made('out/a?b#c%2f"&.txt'))).toBe(
      "/api/rooms/r/runs/u/files/out/a%3Fb%23c%252f%22%26.txt",
    );
  });

  it("is new, kept, or beside another one of its name", () => {
    const files = [{ path: "a", asset: "h1" }, { path: "b", asset: "h2" }, { path: "c" }];
    const standing = (path: string, here: string[] = []) => standingOf(made(path), files, new Set(here));
    expect(["x", "a", "b", "c"].map((path) => standing(path))).toEqual(["new", "kept", "other", "other"]);
    expect(standing("c", ["c"])).toBe("kept");
    expect(standing("x", ["x"])).toBe("new");
  });

  it("that is JSON is laid out, unless it is none", () => {
    expect(laidOut("a.json", '{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(laidOut("a.json", "{")).toBe("{");
    expect(laidOut("a.txt", '{"a":1}')).toBe('{"a":1}');
  });
});
