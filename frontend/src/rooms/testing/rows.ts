/** Rows of the wire for tests: whole, and each field can be given. */
import type { Hunk, JoinRequest, Member, Room, Run, State, Test, Turn } from "../../wire/types";

export function member(fields: Partial<Member> = {}): Member {
  return { id: "m1", name: "Blue Fox", colour: "#3366cc", role: "owner", here: true, removed: false, ...fields };
}

export function joinRequest(fields: Partial<JoinRequest> = {}): JoinRequest {
  return { id: "q1", name: "Ada", colour: "#2563eb", member: null, removed: false, asked_at: 0, ...fields };
}

export function room(fields: Partial<Room> = {}): Room {
  return {
    id: "r1",
    title: "Snake",
    role: "owner",
    epoch: "e1",
    files: [],
    members: [member()],
    models: [],
    limits: {
      document_bytes: 1_000_000,
      room_bytes: 10_000_000,
      documents: 1_000,
      members: 200,
      prompt_bytes: 32_000,
      message_bytes: 40_000_000,
      asset_bytes: 5_000_000,
      room_assets_bytes: 50_000_000,
    },
    preview: "http://127.0.0.1:8000/preview/grant/",
    ...fields,
  };
}

export function turn(fields: Partial<Turn> = {}): Turn {
  return {
    id: "t1",
    member: "m1",
    member_name: "Blue Fox",
    model: "Rehearsal",
    rehearsal: true,
    mode: "edit",
    prompts: ["make a snake game"],
    state: "streaming",
    waits_for: null,
    notice: null,
    run: null,
    text: "",
    hunks: [],
    usage: null,
    sent: null,
    timing: { first_token_ms: null, tokens_per_second: null, total_ms: null },
    undone: false,
    undone_by: null,
    stopped_by: null,
    error: null,
    asked_at: 0,
    ...fields,
  };
}

export function hunk(fields: Partial<Hunk> = {}): Hunk {
  return {
    id: "h1",
    path: "a.js",
    file: "f1",
    state: "applied",
    reason: null,
    message: null,
    line: 1,
    before: "",
    after: "",
    decided_by: null,
    superseded: false,
    ...fields,
  };
}

export function run(fields: Partial<Run> = {}): Run {
  return {
    id: "u1",
    member: "m1",
    member_name: "Blue Fox",
    command: ["python", "main.py"],
    kind: "program",
    state: "running",
    exit_code: null,
    output: "",
    truncated: false,
    terminal: false,
    tests: [],
    limits: {
      seconds: 30,
      cpu_seconds: 10,
      idle_seconds: null,
      memory_bytes: 1,
      output_bytes: 1,
      file_bytes: 1,
      files: 1,
      processes: 1,
    },
    reason: null,
    seconds: null,
    cpu_seconds: null,
    memory_bytes: null,
    output_bytes: 0,
    made: [],
    page: null,
    debug: null,
    left_out: 0,
    cut: false,
    ahead: null,
    begun_at: null,
    created_at: 0,
    ...fields,
  };
}

export function state(fields: Partial<State> = {}): State {
  return { room: room(), turns: [], runs: [], messages: [], requests: [], ...fields };
}

export function test(fields: Partial<Test> = {}): Test {
  return {
    id: "test_a.py::test_b",
    path: "test_a.py",
    names: ["test_b"],
    outcome: "passed",
    line: 1,
    seconds: 0.1,
    message: "",
    output: "",
    ...fields,
  };
}
