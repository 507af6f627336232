/** Generated from ide/wire by `npm run wire`. Do not edit. */

/**
 * What a member may do: a viewer sees, an editor writes and asks, an owner also decides who may.
 */
export type Role = "owner" | "editor" | "viewer";
export type AnyCommand =
  | AskCommand
  | StopTurn
  | SteerTurn
  | UndoTurn
  | AcceptHunk
  | RejectHunk
  | StartRun
  | StopRun
  | InputRun
  | ResizeRun
  | DebugRun
  | Say
  | CheckpointCommand
  | Restore
  | Rename;
/**
 * What a turn may do: write files, only answer, or write a plan.
 */
export type Mode = "edit" | "ask" | "plan";
/**
 * What people do with a program under the debugger: move it on, look at a frame or into a variable, set the
 * breakpoints.
 */
export type DebugAction = "continue" | "pause" | "next" | "step_in" | "step_out" | "frame" | "expand" | "breakpoints";
/**
 * What a model's server can do beyond answering: over a kept socket, and taking a redirection while it answers.
 */
export type Capability = "websocket" | "steer";
/**
 * What led to a state in a room's history. A turn's end is a checkpoint too.
 */
export type StepKind = "start" | "typing" | "hunk" | "turn" | "checkpoint" | "restore";
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
/**
 * How a file stands now beside how it stood at a checkpoint.
 */
export type Difference = "same" | "changed" | "added" | "deleted";
/**
 * How a program stands that runs under the debugger: starting → running ⇄ stopped.
 */
export type DebugStatus = "starting" | "running" | "stopped";
/**
 * Why a program stopped under the debugger.
 */
export type StopReason = "breakpoint" | "step" | "exception" | "pause";
export type Event =
  | MemberEvent
  | TurnEvent
  | HunkEvent
  | RunEvent
  | TestsEvent
  | MessageEvent
  | RoomEvent
  | RequestEvent
  | CheckpointEvent
  | Hello
  | Prose
  | Output
  | Waiting
  | DebugEvent
  | Saved
  | Done
  | Refused;
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
export type Reason = "no_match" | "ambiguous" | "target_removed" | "path" | "malformed" | "too_large" | "mode";
/**
 * What a run executes: a program, the tests, a look at the room's page, or a program under the debugger.
 */
export type RunKind = "program" | "tests" | "page" | "debug";
/**
 * queued → running → passed, failed, stopped, lost or refused.
 */
export type RunState = "queued" | "running" | "passed" | "failed" | "stopped" | "lost" | "refused";
/**
 * How one test ended; or that it was found and has not begun, or runs. It stays so if its run ends before.
 */
export type Outcome = "waiting" | "running" | "passed" | "failed" | "skipped" | "error";
/**
 * How grave a line of a page's console is.
 */
export type PageLevel = "error" | "warning" | "info" | "log" | "debug";
/**
 * What became of asking to join: `withdrawn` if it is not needed any more.
 */
export type RequestState = "waiting" | "admitted" | "declined" | "withdrawn";

/**
 * Clear a hunk's mark.
 */
export interface AcceptHunk {
  id: string;
  type: "accept_hunk";
  turn: string;
  hunk: string;
}
/**
 * Body of `POST …/requests/{request}/answer`: the role that is given; None declines.
 */
export interface AnswerToRequest {
  role: Role | null;
}
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
  selection?: Lines | null;
  problem?: Fault | null;
  after?: string | null;
  id: string;
  type: "ask";
}
/**
 * Whole lines of a document: 1-based, `last` included.
 */
export interface Lines {
  path: string;
  first: number;
  last: number;
}
/**
 * What went wrong in a program, a test or the page, in its own words, and the lines that it names.
 */
export interface Fault {
  text: string;
  /**
   * @maxItems 20
   */
  places: Lines[];
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
 * Take back all that a turn which is over has changed.
 */
export interface UndoTurn {
  id: string;
  type: "undo_turn";
  turn: string;
}
/**
 * Take one hunk back.
 */
export interface RejectHunk {
  id: string;
  type: "reject_hunk";
  turn: string;
  hunk: string;
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
 * Body of `POST …/runs`: one of a command, a file of the room, a run that its `sparkroom.toml` names (`program`),
 * the tests, or a look at the page: that at `path`, else the room's own. Of the tests, `only` lists ids of those that
 * are to run, and `select` is an expression over ids (`domain/selection.py`).
 */
export interface AskForRun {
  command?: string[] | null;
  file?: string | null;
  program?: string | null;
  tests?: boolean;
  select?: string | null;
  only?: string[] | null;
  page?: boolean;
  path?: string | null;
  debug?: AskForDebugInput | null;
  terminal?: Terminal | null;
}
/**
 * How a program is to be debugged: where it stops, in the text as it is now.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "AskForDebug-Input".
 */
export interface AskForDebugInput {
  /**
   * @maxItems 200
   */
  breakpoints?: Breakpoint[];
}
/**
 * A line, 1-based, before which a program stops under the debugger.
 */
export interface Breakpoint {
  path: string;
  line: number;
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
 * Move on a program under the debugger, look into it, or set its breakpoints.
 */
export interface DebugRun {
  action: DebugAction;
  stop?: number | null;
  reference?: number | null;
  breakpoints?: Breakpoint[] | null;
  id: string;
  type: "debug_run";
  run: string;
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
 * Make the room as it is now a checkpoint.
 */
export interface CheckpointCommand {
  label?: string;
  id: string;
  type: "checkpoint";
}
/**
 * Make the files what they were at a checkpoint. `done` names the one to restore for taking that back.
 */
export interface Restore {
  path?: string | null;
  id: string;
  type: "restore";
  checkpoint: string;
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
 *
 * `selection` is what an edit stays inside of, and a question is about. `problem` is an error that is to be mended.
 * `after` is a turn of the room: the new one begins when that is over, however it ended.
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
  selection?: Lines | null;
  problem?: Fault | null;
  after?: string | null;
}
/**
 * Body of `POST …/checkpoints`.
 */
export interface AskForCheckpoint {
  label: string;
}
/**
 * How a program is to be debugged: where it stops, in the text as it is now.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "AskForDebug-Output".
 */
export interface AskForDebugOutput {
  /**
   * @maxItems 200
   */
  breakpoints: Breakpoint[];
}
/**
 * Body of `POST …/fork`: the room as it is now, or as it was at a checkpoint.
 */
export interface AskForFork {
  checkpoint: string | null;
}
/**
 * Body of `PUT /api/keys/{name}`.
 */
export interface AskForKey {
  key: string;
}
/**
 * Body of `POST …/restore`: all files, or the one at `path`.
 */
export interface AskForRestore {
  path: string | null;
}
/**
 * Body of `POST /api/rooms`.
 */
export interface AskForRoom {
  template?: string;
  title?: string | null;
}
/**
 * Body of `POST …/requests`. Without a name one is made up.
 */
export interface AskToJoin {
  name: string | null;
}
/**
 * Body of `PATCH …/members/{member}`.
 */
export interface ChangeMember {
  role: Role;
}
/**
 * Body of `PATCH /api/rooms/{id}`.
 */
export interface ChangeRoom {
  title: string;
}
/**
 * A state of the room in its history, which can be looked at, compared and restored.
 *
 * `by` is who typed, asked, named or restored it; empty for scripts. `turn` is the turn that it is the result of.
 */
export interface Checkpoint {
  id: string;
  kind: StepKind;
  label: string;
  by: string;
  turn: string | null;
  at: number;
}
/**
 * A turn ended, somebody named a checkpoint or restored one. Smaller steps of the history are not told.
 */
export interface CheckpointEvent {
  type: "checkpoint";
  seq: number;
  checkpoint: Checkpoint;
}
/**
 * A file at a checkpoint beside the same path now. `text` is the checkpoint's, unless that is too long for here.
 */
export interface ComparedFile {
  path: string;
  difference: Difference;
  text: string | null;
  asset: string | null;
}
/**
 * A checkpoint's files beside those of now.
 */
export interface Comparison {
  checkpoint: Checkpoint;
  files: ComparedFile[];
}
/**
 * How much of the day's tokens of paid models is used. The day is UTC's.
 */
export interface DailyTokens {
  used: number;
  allowed: number;
}
/**
 * How a program under the debugger stands now. One with a lower number than what is known says nothing new.
 */
export interface DebugEvent {
  type: "debug";
  run: string;
  debug: DebugState;
}
/**
 * How a program stands under the debugger, for the whole room; lines are those of the text that it runs.
 *
 * `number` grows with every change. `stop` counts the stops: an action that names another one comes too late. `frames`
 * are those of the stopped thread, the innermost first, `variables` what was looked at since the stop. `error` is the
 * exception that it stopped for, in one line.
 */
export interface DebugState {
  number: number;
  status: DebugStatus;
  stop: number;
  reason: StopReason | null;
  error: string | null;
  thread: string | null;
  frames: StackFrame[];
  variables: VariableGroup[];
  breakpoints: Breakpoint[];
}
/**
 * A call that is under way. `path` is None outside the room's files; `scopes` are empty until a look (`frame`).
 */
export interface StackFrame {
  id: number;
  name: string;
  path: string | null;
  line: number;
  scopes: VariableScope[];
}
/**
 * A frame's local or global variables, which `expand` asks for.
 */
export interface VariableScope {
  name: string;
  reference: number;
}
/**
 * The variables of a scope, or the parts of a variable: those of `reference`, and how many `more` there are.
 */
export interface VariableGroup {
  reference: number;
  variables: Variable[];
  more: number;
}
/**
 * One variable, as far as it is shown. `reference` asks for its parts (`expand`); 0: it has none.
 */
export interface Variable {
  name: string;
  value: string;
  type: string;
  reference: number;
}
/**
 * Body of `POST …/runs/{run}/debug`.
 *
 * `reference` is the frame or the variables that are looked at; `breakpoints` are all that there are from now on.
 * `stop` is the stop at which it was asked: what comes too late is not done.
 */
export interface Debugging {
  action: DebugAction;
  stop: number | null;
  reference: number | null;
  breakpoints: Breakpoint[] | null;
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
 * Somebody came, left (`here` is false), changed name or role, or was removed.
 */
export interface MemberEvent {
  type: "member";
  seq: number;
  member: Member;
}
/**
 * Somebody in a room; `here` while they have a socket open. Who was `removed` by an owner is not in it any more.
 */
export interface Member {
  id: string;
  name: string;
  colour: string;
  role: Role;
  here: boolean;
  removed: boolean;
}
/**
 * A turn was asked, began to stream, was redirected, ended, was undone or accepted: its whole row.
 */
export interface TurnEvent {
  type: "turn";
  seq: number;
  turn: Turn;
}
/**
 * One request to a model and what it wrote. `text` is its prose for the chat, without the edit blocks.
 *
 * `waits_for` is the turn after whose end this one begins; None once it has. `notice` says what a running turn does
 * that nobody sees: that its model is asked again, or told of blocks that failed. `run` is the last run that it
 * asked for.
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
  waits_for: string | null;
  notice: string | null;
  run: string | null;
  text: string;
  hunks: Hunk[];
  usage: Usage | null;
  sent: Sent | null;
  timing: Timing;
  undone: boolean;
  undone_by: string | null;
  stopped_by: string | null;
  error: Problem | null;
  asked_at: number;
}
/**
 * One located change of a turn. `line` is 1-based, in the document as it was when the hunk was located.
 *
 * `file` is the id of the file, which keeps it under every path. `decided_by` is who accepted or rejected the hunk.
 * `superseded`: it was refused, its model was told why, and has sent another one for it since.
 */
export interface Hunk {
  id: string;
  path: string;
  file: string | null;
  state: HunkState;
  reason: Reason | null;
  message: string | null;
  line: number | null;
  before: string;
  after: string;
  decided_by: string | null;
  superseded: boolean;
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
 * What a turn's model was told: about how many tokens, and of which documents the whole text.
 *
 * `outlined` counts the documents of which it saw an outline alone, `exchanges` the earlier turns in the request, and
 * `compacted` those of them that were shortened.
 */
export interface Sent {
  tokens: number;
  files: string[];
  outlined: number;
  exchanges: number;
  compacted: number;
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
 * A hunk of a running turn was located, applied, withdrawn or refused, or somebody accepted or rejected one.
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
 *
 * `output_bytes` counts what was written, kept or not; `memory_bytes` is the most that was in use at once. `ahead`
 * says how many runs a worker will take before this one, while it waits and as far as anybody knows. It runs the text
 * of the moment `created_at`; `begun_at` is when a worker took it. Moments are milliseconds since 1970. Of the files
 * that it made or changed `left_out` were not kept. `cut`: told among others and too long for that, it lacks what its
 * tests said, or all of `tests` and `page`; read by itself, it is whole.
 */
export interface Run {
  id: string;
  member: string;
  member_name: string;
  kind: RunKind;
  command: string[];
  state: RunState;
  ahead: number | null;
  exit_code: number | null;
  output: string;
  truncated: boolean;
  terminal: boolean;
  tests: Test[];
  limits: RunLimits;
  reason: string | null;
  seconds: number | null;
  cpu_seconds: number | null;
  memory_bytes: number | null;
  output_bytes: number;
  made: MadeFile[];
  page: PageReport | null;
  debug: DebugState | null;
  left_out: number;
  cut: boolean;
  created_at: number;
  begun_at: number | null;
}
/**
 * One test of a run. `id` is the `path` of its file and its `names` from the outside in, joined by `::`.
 *
 * `line` is where it begins, 1-based. `message` says why it failed or was skipped; `output` is what it printed.
 */
export interface Test {
  id: string;
  path: string;
  names: string[];
  outcome: Outcome;
  line: number | null;
  seconds: number;
  message: string;
  output: string;
}
/**
 * What a sandbox may use, all its processes together.
 *
 * `seconds` by the clock, `cpu_seconds` of the processors, `idle_seconds` in which a terminal neither hears nor says
 * anything (None: as long as it likes). `file_bytes` and `files` are of the working folder, and again of /tmp. Of the
 * output `output_bytes` are kept; the rest is counted.
 */
export interface RunLimits {
  seconds: number;
  cpu_seconds: number;
  idle_seconds: number | null;
  memory_bytes: number;
  output_bytes: number;
  file_bytes: number;
  files: number;
  processes: number;
}
/**
 * A file that a run made or changed, as it was when the run ended. `hash` names its bytes.
 */
export interface MadeFile {
  path: string;
  bytes: number;
  hash: string;
  type: string;
}
/**
 * What a look at a room's page showed.
 *
 * `load_ms` is None if the page did not finish loading. `left_out` counts what was said or failed beyond what is kept.
 * `picture` is the path of a file that the run made: the page as it looked, as PNG.
 */
export interface PageReport {
  path: string;
  title: string;
  load_ms: number | null;
  messages: PageMessage[];
  failures: FailedLoad[];
  left_out: number;
  picture: string | null;
}
/**
 * What a page wrote to its console, `count` times in a row, or an error of it that nothing caught.
 */
export interface PageMessage {
  level: PageLevel;
  text: string;
  uncaught: boolean;
  place: PagePlace | null;
  count: number;
}
/**
 * A place in a document that a page is made of, both 1-based.
 */
export interface PagePlace {
  path: string;
  line: number;
  column: number;
}
/**
 * Something that a page asked for and did not get. `address` is a path of the room where it is one.
 */
export interface FailedLoad {
  address: string;
  reason: string;
  place: PagePlace | null;
}
/**
 * Tests of a running run were found, began or ended: how each of them stands now.
 */
export interface TestsEvent {
  type: "tests";
  seq: number;
  run: string;
  tests: Test[];
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
 * Somebody asks to join, or does not wait any more. `role` is what they were given, if they were.
 */
export interface RequestEvent {
  type: "request";
  seq: number;
  request: JoinRequest;
  state: RequestState;
  role: Role | null;
}
/**
 * Somebody asks to join. `member` is who they are here, if they look on already or were removed.
 */
export interface JoinRequest {
  id: string;
  name: string;
  colour: string;
  member: string | null;
  removed: boolean;
  asked_at: number;
}
/**
 * First event of a socket. `state` is None when the events since the client's `since` follow instead.
 *
 * `changed_at` is when the room's files last changed, in milliseconds since 1970, as far as anybody knows: a run that
 * is older is not of the text of now.
 */
export interface Hello {
  type: "hello";
  seq: number;
  member: Member;
  changed_at: number | null;
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
  requests: JoinRequest[];
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
 * One document without its text, or a binary file: `asset` is its bytes' SHA-256, `type` what it is served as.
 *
 * A binary file without a `type` is one whose bytes are missing.
 */
export interface File {
  id: string;
  path: string;
  bytes: number;
  type: string | null;
  asset: string | null;
}
/**
 * A configured model, and what it needs before it can be chosen (None: usable).
 *
 * `key` names the variable that holds its key, if it takes one. `paid`: asking it costs somebody money.
 * `plays_at` is the speed in tokens a second that the rehearsal is set to; None for real models, which have their own.
 */
export interface Model {
  name: string;
  tier: string;
  protocol: string;
  dialect: "edit" | "v4a" | "whole";
  context_tokens: number;
  rehearsal: boolean;
  capabilities: Capability[];
  paid: boolean;
  by_invitation: boolean;
  key: string | null;
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
  asset_bytes: number;
  room_assets_bytes: number;
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
 * A run that waits has another place in the line: this many begin before it. Not journaled.
 */
export interface Waiting {
  type: "waiting";
  run: string;
  ahead: number;
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
 * Something that somebody published about a model, and who.
 */
export interface Figure {
  says: string;
  source: string;
}
/**
 * What became of one's request to join.
 *
 * `owner_here`: somebody who can answer it is in the room. Who was declined may ask again at `again_at`.
 */
export interface JoinState {
  id: string;
  state: RequestState;
  owner_here: boolean;
  again_at: number | null;
}
/**
 * Body of `POST …/runs/{run}/keep`: files that a run made are to be the room's. `replace`: also over others.
 */
export interface KeepFiles {
  /**
   * @minItems 1
   * @maxItems 1000
   */
  paths: string[];
  replace: boolean;
}
/**
 * Files whose names end in one of `suffixes`, however written, and what runs one of them: `command` and its path.
 *
 * Without a command they are pages, which the preview shows. `mains` are the files that are taken for a room's
 * program, the likeliest first; `parts` are no programs by themselves, and `tests` hold tests. Files that end in
 * one of `scripts` belong to the page in a room that has one.
 */
export interface Language {
  name: string;
  /**
   * @minItems 1
   */
  suffixes: string[];
  command: string[];
  mains: string[];
  parts: string[];
  tests: string[];
  scripts: string[];
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
 * What turns on this server showed of a model.
 *
 * The two speeds are medians of the last turns. `cost` is in US dollars at the list price, None where none is known.
 */
export interface Measured {
  turns: number;
  first_token_ms: number | null;
  tokens_per_second: number | null;
  edits: number;
  edits_landed: number;
  input_tokens: number;
  output_tokens: number;
  cost: number | null;
}
/**
 * A model with what is known of it. `key_stored`: its key was pasted here, and whoever asks can take it back.
 */
export interface ModelReport {
  name: string;
  tier: string;
  protocol: string;
  dialect: "edit" | "v4a" | "whole";
  context_tokens: number;
  rehearsal: boolean;
  capabilities: Capability[];
  paid: boolean;
  by_invitation: boolean;
  key: string | null;
  plays_at: number | null;
  needs: string | null;
  published: Published | null;
  price: Price | null;
  measured: Measured | null;
  key_stored: boolean;
}
/**
 * What others published about a model. None: nothing is known.
 */
export interface Published {
  tokens_per_second: Figure | null;
  first_token: Figure | null;
  context: Figure | null;
  hardware: Figure | null;
  swe_bench_pro: Figure | null;
}
/**
 * US dollars for a million tokens, and who says so.
 */
export interface Price {
  input: number;
  output: number;
  source: string;
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
 * The state after a restore, and the checkpoint to restore for having back what was there before.
 */
export interface Restored {
  checkpoint: string;
  before: string;
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
 * A room's links, under the address by which they were asked for.
 *
 * `origins` are those under which other devices reach the server, the likeliest first; none if none do.
 */
export interface RoomLinks {
  owner: string;
  edit: string;
  view: string;
  origins: string[];
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
 * A checkpoint or a smaller step, with what it changed since the step before it; `more` files are not listed.
 */
export interface Step {
  id: string;
  kind: StepKind;
  label: string;
  by: string;
  turn: string | null;
  at: number;
  changes: StepChange[];
  more: number;
}
/**
 * A file that a step changed: SHA-256 of its text, or of an asset's bytes, before and after. None: no such file.
 */
export interface StepChange {
  path: string;
  before: string | null;
  after: string | null;
  asset: boolean;
}
/**
 * A part of the history, oldest first. `earlier`: there are steps before it.
 */
export interface Timeline {
  steps: Step[];
  earlier: boolean;
}
/**
 * What came of asking a model for one small edit.
 *
 * `listed`: whether its server's list of models has its id; None if there is no list. `problem` says what went wrong,
 * if anything did.
 */
export interface Trial {
  landed: boolean;
  listed: boolean | null;
  problem: string | null;
  first_token_ms: number | null;
  tokens_per_second: number | null;
  total_ms: number;
}
/**
 * Body of `POST …/input`.
 */
export interface Typed {
  data: string;
}
/**
 * How many files an archive made, and how many it changed.
 */
export interface Unpacked {
  made: number;
  changed: number;
}
