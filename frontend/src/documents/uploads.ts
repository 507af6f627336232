/** Takes files of this computer into the room: text as documents, at once; anything else as bytes, which takes a while. */
import { messageOf } from "../rooms/refusal";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { createStore } from "../rooms/store";
import { sizeInWords } from "../ui/sizes";
import { notify, notifyError } from "../ui/toasts";
import type { Limits, Unpacked } from "../wire/types";
import { fileAddress, unpackAddress } from "./addresses";
import type { Dropped } from "./dropped";
import { createFiles, isDocument, type NewFile, type RoomFile, replaceText } from "./files";
import { type Place, placesFor, textOf } from "./incoming";
import { sendFile } from "./send-file";
import { nameOf } from "./tree";
import { bytesOf } from "./tree-actions";

/** A file on its way to the server; `part` of it, from 0 to 1, is there. */
export interface Transfer {
  readonly id: number;
  readonly path: string;
  readonly part: number;
}

interface Incoming extends Place {
  readonly file: File;
}

const AT_ONCE = 3;
const NAMED = 3;

export class Uploads {
  readonly #transfers = createStore<readonly Transfer[]>([]);
  #count = 0;

  constructor(
    private readonly session: RoomSession,
    private readonly files: Store<readonly RoomFile[]>,
  ) {}

  /** What is under way. */
  get state(): Store<readonly Transfer[]> {
    return this.#transfers;
  }

  /**
   * Takes files in, over those of the same path or beside them. What cannot be taken is said by name. Answers the path
   * of the first that came in.
   */
  async add(dropped: readonly Dropped[], replace: boolean): Promise<string | null> {
    const limits = this.session.state.get().room?.limits;
    if (limits === undefined) {
      return null;
    }
    const refused: string[] = [];
    const places = placesFor(
      this.files.get(),
      dropped.map(({ path }) => path),
      replace,
    );
    const texts: (Incoming & { readonly text: string })[] = [];
    const binary: Incoming[] = [];
    for (const [index, { path, file }] of dropped.entries()) {
      const place = places[index];
      if (place === undefined || "problem" in place) {
        refused.push(`${path}: ${place?.problem}`);
      } else if (file.size > Math.max(limits.document_bytes, limits.asset_bytes)) {
        refused.push(`${path} is too large: a file holds at most ${sizeInWords(limits.asset_bytes)}.`);
      } else {
        const text = textOf(new Uint8Array(await file.arrayBuffer()), limits);
        if (text === null) {
          binary.push({ ...place, file });
        } else {
          texts.push({ ...place, file, text });
        }
      }
    }
    const fitting = this.#fitting(texts, binary.length, limits, refused);
    this.#write(fitting.filter(({ over }) => !this.#isBinary(over)));
    await this.#send(
      [...fitting.filter(({ over }) => this.#isBinary(over)), ...binary],
      (incoming) => ("text" in incoming ? "text/plain" : "application/octet-stream"),
      refused,
    );
    if (refused.length > 0) {
      const more = refused.length > NAMED ? ` and ${refused.length - NAMED} more.` : "";
      notify(`Left out: ${refused.slice(0, NAMED).join(" ")}${more}`, "error");
    }
    return [...fitting, ...binary][0]?.path ?? null;
  }

  /** Takes a whole archive in, or nothing of it. */
  async unpack(file: File): Promise<void> {
    try {
      const address = unpackAddress(this.session.id, file.name.replace(/\.zip$/i, ""));
      const answer = await this.#transfer(file.name, "POST", address, file, "application/zip");
      const { made, changed } = answer as Unpacked;
      notify(`${file.name}: ${count(made, "new file")}, ${count(changed, "file")} brought up to date.`);
    } catch (error) {
      notifyError(error);
    }
  }

  /** Those texts that the room has room for; the others are refused by name, since the server would close the socket. */
  #fitting<T extends Incoming & { readonly text: string }>(
    texts: readonly T[],
    binary: number,
    limits: Limits,
    refused: string[],
  ): T[] {
    const replaced = new Set(texts.map(({ over }) => over));
    let bytes = bytesOf(this.files.get().filter(({ id }) => !replaced.has(id)));
    let left = limits.documents - this.files.get().length - binary;
    return texts.filter(({ path, over, file }) => {
      if (over === null && left <= 0) {
        refused.push(`${path}: a room holds at most ${limits.documents.toLocaleString("en")} files.`);
        return false;
      }
      if (bytes + file.size > limits.room_bytes) {
        refused.push(`${path}: a room holds at most ${sizeInWords(limits.room_bytes)} of text.`);
        return false;
      }
      bytes += file.size;
      left -= over === null ? 1 : 0;
      return true;
    });
  }

  #write(texts: readonly (Incoming & { readonly text: string })[]): void {
    const made: NewFile[] = [];
    this.session.doc.transact(() => {
      for (const { path, over, text } of texts) {
        const there = this.files.get().find(({ id }) => id === over);
        if (there !== undefined && isDocument(there)) {
          replaceText(there.text, text);
        } else {
          made.push({ path, content: { text } });
        }
      }
      createFiles(this.session.doc, made);
    });
  }

  #isBinary(id: string | null): boolean {
    return this.files.get().some((file) => file.id === id && !isDocument(file));
  }

  async #send(all: readonly Incoming[], typeOf: (incoming: Incoming) => string, refused: string[]): Promise<void> {
    const waiting = [...all];
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const address = fileAddress(this.session.id, next.path);
        await this.#transfer(next.path, "PUT", address, next.file, typeOf(next)).catch((error: unknown) => {
          const words = messageOf(error);
          refused.push(words.includes(nameOf(next.path)) ? words : `${next.path}: ${words}`);
        });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  async #transfer(path: string, method: "PUT" | "POST", address: string, body: Blob, type: string): Promise<unknown> {
    this.#count += 1;
    const id = this.#count;
    const others = () => this.#transfers.get().filter((transfer) => transfer.id !== id);
    this.#transfers.set([...others(), { id, path, part: 0 }]);
    try {
      return await sendFile(method, address, body, type, (part) => {
        this.#transfers.set(
          this.#transfers.get().map((transfer) => (transfer.id === id ? { id, path, part } : transfer)),
        );
      });
    } finally {
      this.#transfers.set(others());
    }
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
