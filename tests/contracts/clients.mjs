/**
 * Stock y-websocket clients in one process, each with a Yjs document of its own.
 *
 * Lines of JSON on standard input say what they do: {"client": name, "do": action, …}. Whatever changes for a client is
 * reported as a line on standard output. The process ends with its standard input.
 */
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";
import { WebsocketProvider as Version2 } from "y-websocket-2";
import { WebsocketProvider as Version3 } from "y-websocket-3";
import * as Y from "yjs";

const PROVIDERS = { 2: Version2, 3: Version3 };
// What is longer is reported by its digest.
const LONGEST_TEXT = 10_000;

const clients = new Map();

class Client {
  #name;
  #doc = new Y.Doc();
  #files = this.#doc.getMap("files");
  #provider;
  #closes = [];
  #ended = null;
  #sent = 0;
  #reporting = false;

  constructor({ client, version, server, room, params }) {
    this.#name = client;
    const count = (bytes) => {
      this.#sent += bytes;
    };
    class CountingWebSocket extends WebSocket {
      send(data) {
        count(data.byteLength);
        super.send(data);
      }
    }
    // Clients of one process would otherwise also reach each other by BroadcastChannel.
    const options = { params, WebSocketPolyfill: CountingWebSocket, disableBc: true };
    this.#provider = new PROVIDERS[version](server, room, this.#doc, options);
    this.#provider.on("status", this.#report);
    this.#provider.on("sync", this.#report);
    this.#provider.on("connection-close", (event) => {
      this.#closes.push(event === null ? null : [event.code, event.reason]);
      this.#report();
    });
    this.#provider.on("closed", ({ code }) => {
      this.#ended = code;
      this.#report();
    });
    this.#provider.awareness.on("update", this.#report);
    this.#doc.on("update", this.#report);
    this.#report();
  }

  create({ path, text }) {
    const id = `${this.#name}-${this.#files.size}`;
    this.#files.set(id, new Y.Map(Object.entries({ path, text: new Y.Text(text) })));
  }

  insert({ path, at, text }) {
    this.#text(path).insert(at, text);
  }

  erase({ path, at, length }) {
    this.#text(path).delete(at, length);
  }

  say({ field, value }) {
    this.#provider.awareness.setLocalStateField(field, value);
  }

  disconnect() {
    this.#provider.disconnect();
  }

  connect() {
    this.#provider.connect();
  }

  leave() {
    this.#provider.destroy();
  }

  #text(path) {
    return [...this.#files.values()].find((file) => file.get("path") === path).get("text");
  }

  // Once for all that happens in one go.
  #report = () => {
    if (!this.#reporting) {
      this.#reporting = true;
      setImmediate(() => {
        this.#reporting = false;
        process.stdout.write(`${JSON.stringify(this.#state())}\n`);
      });
    }
  };

  #state() {
    return {
      client: this.#name,
      id: this.#doc.clientID,
      connected: this.#provider.wsconnected,
      synced: this.#provider.synced,
      closes: this.#closes,
      ended: this.#ended,
      sent: this.#sent,
      presence: Object.fromEntries(this.#provider.awareness.getStates()),
      texts: Object.fromEntries([...this.#files.values()].map((file) => [file.get("path"), shown(file.get("text"))])),
      entries: this.#files.size,
    };
  }
}

function shown(text) {
  const whole = text.toString();
  return whole.length > LONGEST_TEXT ? createHash("sha256").update(whole).digest("hex") : whole;
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const said = JSON.parse(line);
    if (said.do === "join") {
      clients.set(said.client, new Client(said));
    } else {
      clients.get(said.client)[said.do](said);
    }
  })
  .on("close", () => process.exit());
