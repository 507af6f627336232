/**
 * A room that is open in this browser: its document, who is there, what is known of it, and the socket that keeps all
 * three level with the server. Everything else reads the `RoomSession` and knows no socket.
 */
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import * as Y from "yjs";
import {
  type Frame,
  readFrame,
  STEP_1,
  STEP_2,
  type SyncStep,
  UPDATE,
  writeAwareness,
  writeCommand,
  writeSync,
} from "../wire/frames";
import type { AnyCommand, Event, Model, Room } from "../wire/types";
import { KeptCopy, nameOfCopy } from "./kept-copy";
import { guardAwareness, userOf } from "./presence";
import { anythingRunning, filesChanged, type Knowledge, learn, NOTHING } from "./reducer";
import { Refusal } from "./refusal";
import { SavedCount } from "./saving";
import { ReconnectingSocket } from "./socket";
import type { RoomState, Store } from "./state";
import { createStore } from "./store";

/** How long the server may take to acknowledge before it is said that it does not. */
const STALLED_MS = 5_000;
const COMMAND_TIMEOUT_MS = 15_000;
/** The code with which the server closes a viewer who writes. */
const ROLE_MAY_NOT = 4403;

type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;
export type CommandWithoutId = WithoutId<AnyCommand>;

export interface RoomSession {
  readonly id: string;
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly state: Store<RoomState>;
  /** Sends a command; resolves with its `result`, rejects with a `Refusal` {code, message}. */
  command(command: CommandWithoutId): Promise<string | null>;
  /** Tells of every type-16 event, prose and output included, after the state was updated. */
  onEvent(listener: (event: Event) => void): () => void;
  /** What can be asked now: the operator may have connected a model since the room was opened. */
  learnModels(models: readonly Model[]): void;
  /** Settles when everything is written down in this browser, if it can be. */
  keep(): Promise<void>;
  /**
   * Moves what this browser keeps of the room into a copy beside it, so that the next page starts without it and can
   * offer it. False if this browser keeps nothing.
   */
  setAside(): Promise<boolean>;
  close(): void;
}

interface Waiting {
  readonly resolve: (result: string | null) => void;
  readonly reject: (refusal: Refusal) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Opens a room whose page has answered: its epoch says which history this browser may hold. */
export function openSession(room: Room): RoomSession {
  return new Session(room);
}

class Session implements RoomSession {
  readonly id: string;
  readonly doc = new Y.Doc();
  readonly awareness = new Awareness(this.doc);
  readonly #room: Room;
  readonly #store = createStore<RoomState>(NOTHING.state);
  readonly #saving = new SavedCount();
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #waiting = new Map<string, Waiting>();
  /** None while the person may not write: what stands in it would look like the room's text. */
  #kept: KeptCopy | null = null;
  #socket: ReconnectingSocket | null = null;
  #known: Knowledge;
  #commands = 0;
  #left: Record<string, unknown> | null = null;
  /** True once a step 2 went out on this socket: until then that step will carry whatever is edited. */
  #level = false;
  #catchingUp = false;
  #stalled: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(room: Room) {
    this.id = room.id;
    this.#room = room;
    this.#known = { ...NOTHING, state: { ...NOTHING.state, room, members: room.members } };
    this.#store.set(this.#known.state);
    guardAwareness(this.awareness);
    this.awareness.setLocalState(null);
    this.awareness.on("update", this.#presenceChanged);
    this.doc.on("update", this.#documentChanged);
    this.doc.getMap("files").observeDeep(this.#filesChanged);
    window.addEventListener("pagehide", this.#leave);
    window.addEventListener("pageshow", this.#return);
    window.addEventListener("beforeunload", this.#warn);
    // What an earlier page left unacknowledged must be in the document before the server asks what this one holds.
    // Without IndexedDB (a private window may have none) the room works, but forgets those edits on reload.
    const loaded = room.role === "viewer" ? Promise.resolve() : this.#startKeeping();
    void Promise.race([loaded, settledAfter(1_000)]).then(() => this.#connect());
  }

  get state(): Store<RoomState> {
    return this.#store;
  }

  command(command: CommandWithoutId): Promise<string | null> {
    if (this.#store.get().connection !== "live") {
      return Promise.reject(new Refusal({ code: "unavailable", message: "Not connected: try again in a moment." }));
    }
    this.#commands += 1;
    const id = String(this.#commands);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Refusal({ code: "unavailable", message: "The server did not answer in time." }));
      }, COMMAND_TIMEOUT_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#socket?.send(writeCommand({ ...command, id } as AnyCommand));
    });
  }

  onEvent(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  close(): void {
    this.#ended = true;
    clearTimeout(this.#stalled);
    this.#leave();
    window.removeEventListener("pagehide", this.#leave);
    window.removeEventListener("pageshow", this.#return);
    window.removeEventListener("beforeunload", this.#warn);
    this.#socket?.close();
    this.#refuseWaiting("The room was closed.");
    this.#kept?.close();
    this.awareness.destroy();
    this.doc.destroy();
  }

  learnModels(models: readonly Model[]): void {
    const { room } = this.#known.state;
    if (room !== null) {
      this.#set({ room: { ...room, models: [...models] } });
    }
  }

  async keep(): Promise<void> {
    await this.#kept?.flush();
  }

  async setAside(): Promise<boolean> {
    return (await this.#kept?.setAside()) ?? false;
  }

  async #startKeeping(): Promise<void> {
    const { id, epoch } = this.#room;
    const fromServer = (origin: unknown) => origin === this;
    this.#kept = new KeptCopy(nameOfCopy(id, epoch), this.doc, fromServer, () => this.#refresh());
    const anything = await this.#kept.loaded;
    if (anything && !this.#level) {
      // Nobody knows yet whether the server has it.
      this.#saving.edited();
    }
    this.#refresh();
  }

  #connect(): void {
    if (!this.#ended) {
      this.#socket = new ReconnectingSocket(() => this.#address(), {
        opened: () => this.#opened(),
        frame: (bytes) => this.#read(readFrame(bytes)),
        lost: () => this.#lost(),
        closed: (code, reason) => this.#closed(code, reason),
      });
    }
  }

  #address(): string {
    const address = new URL(`/ws/rooms/${this.id}`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    address.search = new URLSearchParams({ epoch: this.#room.epoch }).toString();
    const { seq, state } = this.#known;
    if (seq !== null && !anythingRunning(state)) {
      address.searchParams.set("since", String(seq));
    }
    return address.href;
  }

  #opened(): void {
    this.#level = false;
    this.#saving.reopened();
    this.#sendSync(STEP_1, Y.encodeStateVector(this.doc));
    if (this.awareness.getLocalState() !== null) {
      this.#socket?.send(writeAwareness(encodeAwarenessUpdate(this.awareness, [this.doc.clientID])));
    }
  }

  #lost(): void {
    this.#level = false;
    const strangers = [...this.awareness.getStates().keys()].filter((client) => client !== this.doc.clientID);
    removeAwarenessStates(this.awareness, strangers, this);
    this.#refuseWaiting("The connection was lost before the server answered.");
    this.#set({ connection: "offline" });
    this.#watchAcknowledgements();
  }

  #closed(code: number, reason: string): void {
    this.#lost();
    this.#set({ connection: "closed", closed: { code, reason } });
  }

  #read(frame: Frame | null): void {
    switch (frame?.kind) {
      case "sync":
        this.#readSync(frame.step, frame.content);
        break;
      case "awareness":
        applyAwarenessUpdate(this.awareness, frame.content, this);
        break;
      case "query-awareness":
        this.#socket?.send(writeAwareness(encodeAwarenessUpdate(this.awareness, [this.doc.clientID])));
        break;
      case "event":
        this.#hear(frame.event);
        break;
    }
  }

  #readSync(step: SyncStep, content: Uint8Array): void {
    if (step === STEP_1) {
      this.#level = true;
      this.#sendSync(STEP_2, Y.encodeStateAsUpdate(this.doc, content));
      return;
    }
    // What one lacked is older than the hello, which said when the files last changed.
    this.#catchingUp = step === STEP_2;
    Y.applyUpdate(this.doc, content, this);
    this.#catchingUp = false;
    if (step === STEP_2 && !this.#store.get().synced) {
      this.#set({ synced: true });
    }
  }

  #hear(event: Event): void {
    switch (event.type) {
      case "saved":
        this.#saving.acknowledged(event.frames);
        this.#refresh();
        this.#watchAcknowledgements();
        break;
      case "done":
        this.#answered(event.id)?.resolve(event.result);
        break;
      case "refused":
        this.#answered(event.id)?.reject(new Refusal(event));
        break;
      default:
        this.#learn(event);
    }
    for (const listener of [...this.#listeners]) {
      listener(event);
    }
  }

  #learn(event: Event): void {
    this.#known = learn(this.#known, event);
    const { state } = this.#known;
    if (event.type === "prose" || event.type === "output") {
      this.#store.setSoon(state);
    } else {
      this.#store.set(state);
    }
    if (event.type === "hello") {
      this.#socket?.proved();
      if (event.member.role === "viewer" && !this.#saving.saved) {
        // Made one while away. The server never asks a viewer for text, which would look like the room's for ever.
        this.#socket?.close();
        this.#closed(ROLE_MAY_NOT, "");
      }
    }
    if (this.#kept === null && state.me !== null && state.me.role !== "viewer") {
      void this.#startKeeping();
    }
    if (state.me !== null && (event.type === "hello" || event.type === "member")) {
      const user = userOf(state.me);
      const local = this.awareness.getLocalState();
      if (JSON.stringify(local?.user) !== JSON.stringify(user)) {
        this.awareness.setLocalState({ cursor: null, document: null, ...local, user });
      }
    }
  }

  #answered(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    clearTimeout(waiting?.timer);
    this.#waiting.delete(id);
    return waiting;
  }

  #refuseWaiting(message: string): void {
    for (const id of [...this.#waiting.keys()]) {
      this.#answered(id)?.reject(new Refusal({ code: "unavailable", message }));
    }
  }

  #sendSync(step: SyncStep, content: Uint8Array): void {
    this.#saving.sent(step);
    this.#socket?.send(writeSync(step, content));
    this.#refresh();
  }

  /** Says anew what is saved and what is kept. */
  #refresh(): void {
    this.#set({ saved: this.#saving.saved, kept: this.#kept?.works ?? false });
    if (!this.#saving.saved && this.#stalled === undefined) {
      this.#watchAcknowledgements();
    }
  }

  /** The server has so long to acknowledge anything at all, from when all was sent. */
  #watchAcknowledgements(): void {
    clearTimeout(this.#stalled);
    this.#stalled = undefined;
    this.#set({ stalled: false });
    if (!this.#saving.saved && this.#level) {
      this.#stalled = setTimeout(() => {
        if (this.#socket?.sending) {
          this.#watchAcknowledgements();
        } else {
          this.#set({ stalled: true });
        }
      }, STALLED_MS);
    }
  }

  readonly #documentChanged = (update: Uint8Array, origin: unknown) => {
    if (origin === this) {
      return;
    }
    if (this.#level) {
      this.#sendSync(UPDATE, update);
    } else if (this.#kept === null || origin !== this.#kept) {
      this.#saving.edited();
      this.#refresh();
    }
  };

  readonly #filesChanged = (_events: unknown, { origin }: Y.Transaction) => {
    const known = filesChanged(this.#known);
    if (known !== this.#known && !this.#catchingUp && (this.#kept === null || origin !== this.#kept)) {
      this.#known = known;
      this.#store.set(known.state);
    }
  };

  /** Sends one's own state when one changes it, and when the server says that one is gone: Yjs then raises its clock. */
  readonly #presenceChanged = ({ added, updated, removed }: Record<"added" | "updated" | "removed", number[]>) => {
    if ([...added, ...updated, ...removed].includes(this.doc.clientID)) {
      this.#socket?.send(writeAwareness(encodeAwarenessUpdate(this.awareness, [this.doc.clientID])));
    }
  };

  /** Takes one's own cursor away at once, instead of when the server notices. */
  readonly #leave = () => {
    this.#left = this.awareness.getLocalState();
    removeAwarenessStates(this.awareness, [this.doc.clientID], "leaving");
    void this.#kept?.flush();
  };

  /** The browser shows the page again as it was left. */
  readonly #return = ({ persisted }: PageTransitionEvent) => {
    if (persisted && this.#left !== null) {
      this.awareness.setLocalState(this.#left);
    }
  };

  /** Asks before the page goes with the only copy of something. */
  readonly #warn = (event: BeforeUnloadEvent) => {
    const { saved, kept } = this.#store.get();
    if (!saved && !kept) {
      event.preventDefault();
    }
  };

  #set(change: Partial<RoomState>): void {
    const { state } = this.#known;
    if (Object.entries(change).some(([key, value]) => state[key as keyof RoomState] !== value)) {
      this.#known = { ...this.#known, state: { ...state, ...change } };
      this.#store.set(this.#known.state);
    }
  }
}

function settledAfter(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
