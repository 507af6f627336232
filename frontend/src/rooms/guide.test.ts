import { describe, expect, it, vi } from "vitest";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import * as Y from "yjs";
import { openGuide, placeToLook } from "./guide";
import { guardAwareness, type Presence, userOf } from "./presence";
import { NOTHING } from "./reducer";
import type { RoomState } from "./state";
import { createStore } from "./store";
import { member } from "./testing/rows";

function at(document: string, following: string | null = null): Presence {
  return { user: userOf(member()), cursor: null, document, seen: null, page: null, following };
}

describe("where to look", () => {
  it("is where the leader is, or whom the leader follows", () => {
    const members = new Map([
      ["a", at("one.js")],
      ["b", at("two.js", "a")],
      ["c", at("three.js", "b")],
    ]);
    expect(placeToLook(members, "a", "me")?.document).toBe("one.js");
    expect(placeToLook(members, "c", "me")?.document).toBe("one.js");
  });

  it("is nowhere in a circle, and where there is nobody", () => {
    const members = new Map([
      ["a", at("one.js", "me")],
      ["b", at("two.js", "c")],
      ["c", at("three.js", "b")],
      ["d", at("four.js", "gone")],
    ]);
    for (const leader of ["a", "b", "c", "d", "gone", "me"]) {
      expect(placeToLook(members, leader, "me")).toBeNull();
    }
  });
});

describe("a guide", () => {
  const ada = userOf(member({ id: "m2", name: "Ada" }));

  function open(): { awareness: Awareness; guide: ReturnType<typeof openGuide> } {
    const awareness = new Awareness(new Y.Doc());
    guardAwareness(awareness);
    awareness.setLocalState({ user: userOf(member()), document: null });
    const state = createStore<RoomState>({ ...NOTHING.state, connection: "live", me: member() });
    return { awareness, guide: openGuide(awareness, state) };
  }

  function say(awareness: Awareness, from: Awareness, state: object): void {
    from.setLocalState({ user: ada, ...state });
    applyAwarenessUpdate(awareness, encodeAwarenessUpdate(from, [from.clientID]), "test");
  }

  it("says in its presence whom it follows, and is where they are", () => {
    const { awareness, guide } = open();
    const page = new Awareness(new Y.Doc());
    guide.follow(ada);
    expect(awareness.getLocalState()?.following).toBe("m2");
    say(awareness, page, { document: "f1" });
    expect(guide.place.get()?.document).toBe("f1");
    say(awareness, page, { document: "f2" });
    expect(guide.place.get()?.document).toBe("f2");
    guide.stop();
    expect(awareness.getLocalState()?.following).toBeNull();
    expect(guide.place.get()).toBeNull();
    for (const one of [awareness, page]) {
      one.destroy();
    }
  });

  it("is at the page that they use, of two that they have open", () => {
    const { awareness, guide } = open();
    const [one, two] = [new Awareness(new Y.Doc()), new Awareness(new Y.Doc())];
    guide.follow(ada);
    say(awareness, one, { document: "f1" });
    say(awareness, two, { document: "f2" });
    expect(guide.place.get()?.document).toBe("f2");
    say(awareness, one, { document: "f3" });
    expect(guide.place.get()?.document).toBe("f3");
    for (const each of [awareness, one, two]) {
      each.destroy();
    }
  });

  it("waits for who loads the page again, and ends when they have left", () => {
    vi.useFakeTimers();
    const { awareness, guide } = open();
    const [page, next] = [new Awareness(new Y.Doc()), new Awareness(new Y.Doc())];
    say(awareness, page, { document: "f1" });
    guide.follow(ada);
    removeAwarenessStates(awareness, [page.clientID], "test");
    vi.advanceTimersByTime(1_000);
    say(awareness, next, { document: "f1" });
    vi.advanceTimersByTime(10_000);
    expect(guide.leader.get()).toEqual(ada);
    removeAwarenessStates(awareness, [next.clientID], "test");
    vi.advanceTimersByTime(10_000);
    expect(guide.leader.get()).toBeNull();
    vi.useRealTimers();
    for (const one of [awareness, page, next]) {
      one.destroy();
    }
  });
});
