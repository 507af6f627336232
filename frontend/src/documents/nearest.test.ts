import { expect, it } from "vitest";
import { nearestLines } from "./nearest";

const TEXT = "import os\n\ndef first():\n    return 1\n\ndef second(a, b):\n    return a + b\n";

function found(wanted: string): string | null {
  const place = nearestLines(TEXT, wanted);
  return place === null ? null : TEXT.slice(place.from, place.to);
}

it("finds lines that were changed since", () => {
  expect(found("def second(a):\n    return a + b\n")).toBe("def second(a, b):\n    return a + b\n");
  expect(found("def seconds(a, b, c):\n    return sum(a, b, c)\n")).toBe("def second(a, b):\n    return a + b\n");
  expect(found("  def first():\n      return 1")).toBe("def first():\n    return 1\n");
});

it("prefers equal lines", () => {
  expect(found("    return 1\n")).toBe("    return 1\n");
});

it("finds nothing that is like nothing", () => {
  expect(found("class Other:\n    pass\n")).toBeNull();
  expect(found("\n\n")).toBeNull();
  expect(found("")).toBeNull();
});

it("stays inside the text where lines before or after it are missing", () => {
  expect(found("#!/bin/sh\nimport os\n\n")).toBe("import os\n\n");
  expect(found("    return a + b\n\nsecond(1, 2)\n")).toBe("    return a + b\n");
});
