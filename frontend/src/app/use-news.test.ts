import { beforeEach, expect, it } from "vitest";
import { NOTHING } from "../rooms/reducer";
import { createStore } from "../rooms/store";
import { joinRequest, member, room, state } from "../rooms/testing/rows";
import type { Event, Member, Role } from "../wire/types";
import { newsTeller } from "./use-news";

const me = member({ id: "me", role: "editor" });
const known = member({ id: "m2", name: "Known" });
const hello: Event = {
  type: "hello",
  changed_at: null,
  seq: 1,
  member: me,
  state: state({ room: room({ members: [me, known, member({ id: "m3", name: "Away", here: false })] }) }),
};
let told: string[];
let hear: (event: Event) => void;

beforeEach(() => {
  told = [];
  hear = newsTeller({ state: createStore({ ...NOTHING.state, me }) }, (text) => told.push(text));
  hear(hello);
});

function come(fields: Partial<Member>): void {
  hear({ type: "member", seq: 2, member: member(fields) });
}

it("says who joined, once, and nothing of those who were here already", () => {
  come({ id: "m2", name: "Known" });
  come({ id: "m3", name: "Back" });
  come({ id: "m4", name: "Ada" });
  come({ id: "m4", name: "Ada", here: false });
  come({ id: "m4", name: "Ada L." });
  expect(told).toEqual(["Back joined", "Ada joined"]);
});

it.each([
  ["viewer", "An owner made you a viewer: you see everything and change nothing."],
  ["owner", "An owner made you an owner: you may also decide who may do what."],
] as const)("says what one was made: %s", (role: Role, news) => {
  hear({ type: "member", seq: 2, member: { ...me, role } });
  hear({ type: "member", seq: 3, member: { ...me, role, name: "Renamed" } });
  expect(told).toEqual([news]);
});

it("says so too when it happened while one was away", () => {
  hear({ type: "hello", changed_at: null, seq: 9, member: { ...me, role: "viewer" }, state: null });
  expect(told).toHaveLength(1);
});

it("says that one's own request was declined, and nothing of others'", () => {
  const declined: Event = { type: "request", seq: 2, request: joinRequest(), state: "declined", role: null };
  hear(declined);
  hear({ ...declined, request: joinRequest({ member: "m2" }) });
  expect(told).toEqual([]);
  hear({ ...declined, request: joinRequest({ member: "me" }) });
  expect(told).toHaveLength(1);
});
