/** Generated from ide/wire by `npm run wire`. Do not edit. */

export type AnyCommand = AskCommand | StopTurn | SteerTurn | StartRun | StopRun | InputRun | ResizeRun | Say | Rename;
/**
 * What a turn may do: write files, only answer, or write a plan.
 */
export type Mode = "edit" | "ask" | "plan";
/**
 * Why a socket was closed. 44xx is final; 45xx is temporary: the client comes back by itself.
 */
export type Close = 4400 | 4401 | 4403 | 4409 | 4413 | 4500 | 4508 | 4529;
/**
 * Why a request was refused. The message beside it is for people; the code is for programs.
 */
export type Code =
  | "bad_request"
  | "bad_message"
  | "bad_path"
  | "not_authorised"
  | "role_may_not"
  | "not_found"
  | "conflict"
  | "too_large"
  | "too_many"
  | "other_epoch"
  | "unavailable"
  | "model_failed"
  | "internal";
export type Event =
  | MemberEvent
  | TurnEvent
  | HunkEvent
  | RunEvent
  | TestEvent
  | MessageEvent
  | RoomEvent
  | Hello
  | Prose
  | Output
  | Saved
  | Done
  | Refused;
/**
 * What a member may do: a viewer sees, an editor writes and asks, an owner also decides who may.
 */
export type Role = "owner" | "editor" | "viewer";
/**
 * asked → streaming → settled, stopped or failed.
 */
export type TurnState = "asked" | "streaming" | "settled" | "stopped" | "failed";
/**
 * writing → applied → accepted or rejected; or withdrawn; or refused with a reason.
 */
export type HunkState = "writing" | "applied" | "accepted" | "rejected" | "withdrawn" | "refused";
/**
 * Why a hunk was refused.
 */
export type Reason = "no_match" | "ambiguous" | "target_removed" | "path" | "malformed" | "too_large";
/**
 * queued → running → passed, failed, stopped, lost or refused.
 */
export type RunState = "queued" | "running" | "passed" | "failed" | "stopped" | "lost" | "refused";
/**
 * How one test ended.
 */
export type Outcome = "passed" | "failed" | "skipped" | "error";

/**
 * Ask a model for something: a new turn.
 */
export interface AskCommand {
  prompt: string;
  mode?: Mode;
  model?: string | null;
  /**
   * @maxItems 100
   */
  files?: string[];
  run_tests?: boolean;
  id: string;
  type: "ask";
}
/**
 * Stop a turn. What it finished stays.
 */
export interface StopTurn {
  id: string;
  type: "stop_turn";
  turn: string;
}
/**
 * Redirect one's own running turn.
 */
export interface SteerTurn {
  prompt: string;
  id: string;
  type: "steer_turn";
  turn: string;
}
/**
 * Run a program or the tests.
 */
export interface StartRun {
  id: string;
  type: "start_run";
  run: AskForRun;
}
/**
 * Body of `POST …/runs`: either a command or the tests.
 */
export interface AskForRun {
  command?: string[] | null;
  tests?: boolean;
  select?: string | null;
  terminal?: Terminal | null;
}
/**
 * The size of a terminal, in characters.
 */
export interface Terminal {
  columns: number;
  rows: number;
}
/**
 * Kill a run.
 */
export interface StopRun {
  id: string;
  type: "stop_run";
  run: string;
}
/**
 * Type into a run.
 */
export interface InputRun {
  id: string;
  type: "input_run";
  run: string;
  data: string;
}
/**
 * Tell a run's terminal its new size.
 */
export interface ResizeRun {
  id: string;
  type: "resize_run";
  run: string;
  terminal: Terminal;
}
/**
 * Say something in the room's chat.
 */
export interface Say {
  id: string;
  type: "say";
  text: string;
}
/**
 * Change one's own name.
 */
export interface Rename {
  id: string;
  type: "rename";
  name: string;
}
/**
 * Body of `POST …/turns`, and the fields of the socket's `ask`.
 */
export interface Ask {
  prompt: string;
  mode?: Mode;
  model?: string | null;
  /**
   * @maxItems 100
   */
  files?: string[];
  run_tests?: boolean;
}
/**
 * Body of `POST /api/rooms`.
 */
export interface AskForRoom {
  template?: string;
  title?: string | null;
}
/**
 * Body of `PATCH /api/rooms/{id}`.
 */
export interface ChangeRoom {
  title: string;
}
/**
 * The command with this id was carried out; `result` names what it made.
 */
export interface Done {
  type: "done";
  id: string;
  result: string | null;
}
/**
 * Somebody came, left (`here` is false) or changed name or role.
 */
export interface MemberEvent {
  type: "member";
  seq: number;
  member: Member;
}
/**
 * Somebody in a room; `here` while they have a socket open.
 */
export interface Member {
  id: string;
  name: string;
  colour: string;
  role: Role;
  here: boolean;
}
/**
 * A turn was asked, began to stream, was redirected or ended: its whole row.
 */
export interface TurnEvent {
  type: "turn";
  seq: number;
  turn: Turn;
}
/**
 * One request to a model and what it wrote. `text` is its prose for the chat, without the edit blocks.
 */
export interface Turn {
  id: string;
  member: string;
  member_name: string;
  model: string;
  rehearsal: boolean;
  mode: Mode;
  prompts: string[];
  state: TurnState;
  text: string;
  hunks: Hunk[];
  usage: Usage | null;
  timing: Timing;
  undone: boolean;
  stopped_by: string | null;
  error: Problem | null;
  asked_at: number;
}
/**
 * One located change of a turn. `line` is 1-based, in the document as it was when the hunk was located.
 */
export interface Hunk {
  id: string;
  path: string;
  state: HunkState;
  reason: Reason | null;
  message: string | null;
  line: number | null;
  before: string;
  after: string;
}
/**
 * Tokens, as the model's server counted them, or estimated where it does not say.
 */
export interface Usage {
  input: number;
  output: number;
  estimated: boolean;
}
/**
 * All from the moment the prompt reached the server. None until it is known.
 */
export interface Timing {
  first_token_ms: number | null;
  tokens_per_second: number | null;
  total_ms: number | null;
}
/**
 * An error, everywhere.
 */
export interface Problem {
  code: Code;
  message: string;
}
/**
 * A hunk of a running turn was located, applied, withdrawn or refused.
 */
export interface HunkEvent {
  type: "hunk";
  seq: number;
  turn: string;
  hunk: Hunk;
}
/**
 * A run was queued, started or ended: its whole row.
 */
export interface RunEvent {
  type: "run";
  seq: number;
  run: Run;
}
/**
 * One sandboxed execution. `reason` says which limit was hit, or why it was refused.
 */
export interface Run {
  id: string;
  member: string;
  member_name: string;
  command: string[];
  tests_only: boolean;
  state: RunState;
  exit_code: number | null;
  output: string;
  truncated: boolean;
  terminal: boolean;
  tests: Test[];
  limits: RunLimits;
  reason: string | null;
  seconds: number | null;
  created_at: number;
}
/**
 * One test's result; `id` is pytest's node id.
 */
export interface Test {
  id: string;
  outcome: Outcome;
  seconds: number;
  message: string;
}
/**
 * What a sandbox may use.
 */
export interface RunLimits {
  seconds: number;
  memory_bytes: number;
  output_bytes: number;
  processes: number;
}
/**
 * One test of a running run ended.
 */
export interface TestEvent {
  type: "test";
  seq: number;
  run: string;
  test: Test;
}
/**
 * Somebody said something.
 */
export interface MessageEvent {
  type: "message";
  seq: number;
  message: Message;
}
/**
 * One line of the room's chat.
 */
export interface Message {
  id: string;
  member: string;
  member_name: string;
  text: string;
  sent_at: number;
}
/**
 * The room itself changed, for now: its title.
 */
export interface RoomEvent {
  type: "room";
  seq: number;
  title: string;
}
/**
 * First event of a socket. `state` is None when the events since the client's `since` follow instead.
 */
export interface Hello {
  type: "hello";
  seq: number;
  member: Member;
  state: State | null;
}
/**
 * Everything but the text, as of one `seq`.
 */
export interface State {
  room: Room;
  turns: Turn[];
  runs: Run[];
  messages: Message[];
}
/**
 * A room as its members see it.
 */
export interface Room {
  id: string;
  title: string;
  role: Role;
  epoch: string;
  files: File[];
  members: Member[];
  models: Model[];
  limits: Limits;
  preview: string;
}
/**
 * One document, without its text.
 */
export interface File {
  id: string;
  path: string;
  bytes: number;
}
/**
 * A configured model, and what it needs before it can be chosen (None: usable).
 *
 * `plays_at` is the speed in tokens a second that the rehearsal is set to; None for real models, which have their own.
 */
export interface Model {
  name: string;
  tier: string;
  protocol: string;
  dialect: string;
  context_tokens: number;
  rehearsal: boolean;
  plays_at: number | null;
  needs: string | null;
}
/**
 * What the room refuses beyond, so that a client can say so before it sends.
 */
export interface Limits {
  document_bytes: number;
  room_bytes: number;
  documents: number;
  members: number;
  prompt_bytes: number;
  message_bytes: number;
}
/**
 * More of a turn's prose. `offset` counts code points already sent.
 */
export interface Prose {
  type: "prose";
  turn: string;
  offset: number;
  text: string;
}
/**
 * More of a run's output. `offset` counts code points already sent.
 */
export interface Output {
  type: "output";
  run: string;
  offset: number;
  text: string;
}
/**
 * The first `frames` frames of type 0 that this socket sent, whatever their step, are committed.
 */
export interface Saved {
  type: "saved";
  frames: number;
}
/**
 * The command with this id was not carried out.
 */
export interface Refused {
  type: "refused";
  id: string;
  code: Code;
  message: string;
}
/**
 * Body of `POST …/session`.
 */
export interface LinkToken {
  token: string;
}
/**
 * One value for each role that a link can carry: tokens, or whole links.
 */
export interface Links {
  owner: string;
  edit: string;
  view: string;
}
/**
 * The id of what a request made.
 */
export interface Made {
  id: string;
}
/**
 * A room that was just made, with the links that open it.
 */
export interface NewRoom {
  id: string;
  title: string;
  tokens: Links;
  links: Links;
}
/**
 * Body of `POST …/tokens/revoke`.
 */
export interface RevokeToken {
  role: Role;
}
/**
 * The role's new token and link.
 */
export interface RevokedToken {
  role: Role;
  token: string;
  link: string;
}
/**
 * Body of `POST …/messages`.
 */
export interface Said {
  text: string;
}
/**
 * Body of `POST …/steer`.
 */
export interface Steer {
  prompt: string;
}
/**
 * Body of `POST …/input`.
 */
export interface Typed {
  data: string;
}
