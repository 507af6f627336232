import { expect, it } from "vitest";
import { gist } from "./fixing";

it("takes the line that names the error", () => {
  expect(
    gist("python main.py · exit code 1\n\nTraceback\n  File \"a.py\", line 1\nNameError: name 'x' is not defined"),
  ).toBe("NameError: name 'x' is not defined");
  expect(gist("t.py::test_a failed\n\n>   assert f() == 3\nE   assert 2 == 3\n\nt.py:4: AssertionError")).toBe(
    "assert 2 == 3",
  );
  expect(gist("Uncaught ReferenceError: x is not defined\n    at a.js:2:1")).toBe(
    "Uncaught ReferenceError: x is not defined",
  );
  expect(gist("node a.mjs · exit code 1\n\n  boom()\n\nReferenceError: boom is not defined\n    at a.mjs:2:3")).toBe(
    "ReferenceError: boom is not defined",
  );
});

it("takes the first line of other words, and not too much of it", () => {
  expect(gist("\nmake: nothing to do")).toBe("make: nothing to do");
  expect(gist("x".repeat(500))).toHaveLength(161);
});
