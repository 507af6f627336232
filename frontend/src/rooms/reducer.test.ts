import { describe, expect, it } from "vitest";
import type { Event } from "../wire/types";
import { anythingRunning, type Knowledge, learn, NOTHING } from "./reducer";
import { hunk, joinRequest, member, run, state, test, turn } from "./testing/rows";

const hello: Event = { type: "hello", changed_at: 1_000, seq: 5, member: member(), state: state() };

function told(...events: Event[]): Knowledge {
  return events.reduce(learn, NOTHING);
}

describe("the state of a room", () => {
  it("is what hello says", () => {
    const { state: known, seq } = told(hello);
    expect(known).toMatchObject({ connection: "live", me: member(), members: [member()], turns: [] });
    expect(seq).toBe(5);
  });

  it("keeps everything when hello says that missed events follow, and takes those", () => {
    const again: Event = { type: "hello", changed_at: 2_000, seq: 7, member: member(), state: null };
    const known = told(hello, { type: "turn", seq: 6, turn: turn() }, again, { type: "room", seq: 7, title: "New" });
    expect(known.state.turns).toHaveLength(1);
    expect(known.state.room?.title).toBe("New");
  });

  it("takes no event twice", () => {
    const once = told(hello, { type: "room", seq: 6, title: "New" });
    expect(learn(once, { type: "room", seq: 6, title: "Old" })).toBe(once);
  });

  it("follows members, and oneself among them", () => {
    const renamed = member({ name: "Ada" });
    const guest = member({ id: "m2", role: "viewer" });
    const known = told(hello, { type: "member", seq: 6, member: guest }, { type: "member", seq: 7, member: renamed });
    expect(known.state.members).toEqual([renamed, guest]);
    expect(known.state.me).toEqual(renamed);
  });

  it("forgets members who were removed", () => {
    const guest = member({ id: "m2" });
    const known = told(
      hello,
      { type: "member", seq: 6, member: guest },
      { type: "member", seq: 7, member: { ...guest, here: false, removed: true } },
    );
    expect(known.state.members).toEqual([member()]);
  });

  it("knows who waits to be let in until they are answered", () => {
    const waits: Event = { type: "request", seq: 6, request: joinRequest(), state: "waiting", role: null };
    const known = told(hello, waits);
    expect(known.state.requests).toEqual([joinRequest()]);
    for (const end of ["admitted", "declined", "withdrawn"] as const) {
      expect(learn(known, { ...waits, seq: 7, state: end }).state.requests).toEqual([]);
    }
    const greeted = told({ ...hello, state: state({ requests: [joinRequest()] }) });
    expect(greeted.state.requests).toEqual([joinRequest()]);
  });

  it("adds prose by its offset in code points, once", () => {
    const begun = told(hello, { type: "turn", seq: 6, turn: turn() });
    const first: Event = { type: "prose", turn: "t1", offset: 0, text: "A 🐍 for" };
    const second: Event = { type: "prose", turn: "t1", offset: 4, text: "for you" };
    const known = [first, first, second].reduce(learn, begun);
    expect(known.state.turns[0]?.text).toBe("A 🐍 for you");
  });

  it("leaves a piece after a gap out, and takes the whole text from the row at the end", () => {
    const begun = told(
      hello,
      { type: "turn", seq: 6, turn: turn() },
      { type: "prose", turn: "t1", offset: 0, text: "ab" },
    );
    const gap = learn(begun, { type: "prose", turn: "t1", offset: 5, text: "f" });
    expect(gap).toBe(begun);
    const over = learn(gap, { type: "turn", seq: 7, turn: turn({ state: "settled", text: "abcdef" }) });
    expect(over.state.turns[0]?.text).toBe("abcdef");
  });

  it("keeps prose that is ahead of a row that still runs", () => {
    const known = told(
      hello,
      { type: "turn", seq: 6, turn: turn() },
      { type: "prose", turn: "t1", offset: 0, text: "abc" },
      { type: "turn", seq: 7, turn: turn({ prompts: ["make a snake game", "a red one"] }) },
      { type: "prose", turn: "t1", offset: 3, text: "d" },
    );
    expect(known.state.turns).toEqual([turn({ prompts: ["make a snake game", "a red one"], text: "abcd" })]);
  });

  it("replaces a hunk by its newer state", () => {
    const writing = hunk({ state: "writing" });
    const known = told(
      hello,
      { type: "turn", seq: 6, turn: turn() },
      { type: "hunk", seq: 7, turn: "t1", hunk: writing },
      { type: "hunk", seq: 8, turn: "t1", hunk: { ...writing, state: "applied", after: "x" } },
    );
    expect(known.state.turns[0]?.hunks).toEqual([{ ...writing, state: "applied", after: "x" }]);
  });

  it("says how many are before a run that waits", () => {
    const known = told(
      hello,
      { type: "run", seq: 6, run: run({ state: "queued" }) },
      { type: "waiting", run: "u1", ahead: 2 },
    );
    expect(known.state.runs[0]?.ahead).toBe(2);
    const begun = learn(known, { type: "run", seq: 7, run: run({ state: "running" }) });
    expect(begun.state.runs[0]?.ahead).toBeNull();
  });

  it("collects output and tests of a run", () => {
    const [one, two] = [test({ outcome: "waiting" }), test({ id: "test_a.py::test_c", names: ["test_c"] })];
    const known = told(
      hello,
      { type: "run", seq: 6, run: run() },
      { type: "output", run: "u1", offset: 0, text: "one\r\n" },
      { type: "tests", seq: 7, run: "u1", tests: [one, two] },
      { type: "tests", seq: 8, run: "u1", tests: [{ ...one, outcome: "failed" }] },
      { type: "output", run: "u1", offset: 5, text: "two" },
    );
    expect(known.state.runs[0]).toMatchObject({ output: "one\r\ntwo", tests: [{ ...one, outcome: "failed" }, two] });
  });

  it("says whether something is under way that a reconnect must read whole", () => {
    expect(anythingRunning(told(hello).state)).toBe(false);
    expect(anythingRunning(told(hello, { type: "turn", seq: 6, turn: turn() }).state)).toBe(true);
    expect(anythingRunning(told(hello, { type: "run", seq: 6, run: run({ state: "passed" }) }).state)).toBe(false);
  });

  it("ignores pieces of what it does not know", () => {
    const known = told(hello);
    expect(learn(known, { type: "output", run: "other", offset: 0, text: "x" })).toBe(known);
  });
});
