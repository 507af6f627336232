import { expect, it } from "vitest";
import { run } from "../rooms/testing/rows";
import { ownProgram } from "./programs";

it("finds one's own run of a program, the newest, while it goes", () => {
  const command = ["python", "main.py"];
  const own = run({ id: "1", member: "me", command });
  const found = (...runs: Parameters<typeof ownProgram>[0]) => ownProgram(runs, "me", command)?.id ?? null;
  expect(found(own, run({ ...own, id: "2", state: "queued" }))).toBe("2");
  expect(found(own, run({ ...own, id: "2", state: "stopped" }))).toBe("1");
  expect(found(run({ ...own, member: "bob" }))).toBeNull();
  expect(found(run({ ...own, command: ["python", "other.py"] }))).toBeNull();
  expect(found(run({ ...own, kind: "tests" }))).toBeNull();
});
