import { expect, it } from "vitest";
import { runPlace, steadyPlace } from "./arrangement";

it.each([
  ["hidden", [], false],
  ["hidden", ["notes.txt"], false],
  ["hidden", ["index.html", "script.js"], false],
  ["below", ["index.html", "script.js"], true],
  ["below", ["index.html", "app.py"], false],
  ["preview", ["main.py"], false],
  ["preview", ["leap.py", "test_leap.py"], false],
  ["preview", ["test_leap.py"], false],
  ["preview", [], true],
] as const)("puts the run panel %s: %j, ran: %s", (place, paths, ran) => {
  expect(runPlace(paths, ran)).toBe(place);
});

it.each([
  ["hidden", "preview", "hidden"],
  ["hidden", "below", "hidden"],
  ["below", "preview", "below"],
  ["preview", "below", "below"],
  ["preview", "hidden", "hidden"],
] as const)("while a turn writes, %s that would be %s is %s", (shown, wanted, now) => {
  expect(steadyPlace(shown, wanted, true)).toBe(now);
  expect(steadyPlace(shown, wanted, false)).toBe(wanted);
});
