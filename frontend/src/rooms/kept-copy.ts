/**
 * What this browser keeps of a room, in IndexedDB: every update as a row, in a database whose name carries the epoch.
 * Not y-indexeddb: that one does not say whether a row was written, and breaks the editor when its database goes away.
 */
import * as Y from "yjs";

const ROWS = "updates";
/** So many rows are merged into one, when a page opens and while it is open. */
const MOST_ROWS_AT_START = 20;
const MOST_ROWS = 400;
/** What others wrote is on the server already: it is written together. */
const OTHERS_DELAY_MS = 500;
/** A write that takes longer is not to be relied on. */
const LATE_MS = 1_000;
const RETRY_MS = 2_000;
const ASIDE = ":aside";

export class KeptCopy {
  /** Settles once what was kept stands in the document: true if there was anything. False too if nothing can be kept. */
  readonly loaded: Promise<boolean>;
  readonly #name: string;
  readonly #doc: Y.Doc;
  readonly #isOthers: (origin: unknown) => boolean;
  readonly #changed: () => void;
  #database: IDBDatabase | null = null;
  #waiting: Uint8Array[] = [];
  #writing: Promise<void> | null = null;
  #rows = 0;
  #broken = false;
  #due: ReturnType<typeof setTimeout> | undefined;
  #late: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  /**
   * Begins to keep `doc`. `isOthers` tells by an update's origin that the server has it; `changed` is called when
   * `works` may have changed. What is loaded has this object as its origin.
   */
  constructor(name: string, doc: Y.Doc, isOthers: (origin: unknown) => boolean, changed: () => void) {
    this.#name = name;
    this.#doc = doc;
    this.#isOthers = isOthers;
    this.#changed = changed;
    if (doc.store.clients.size > 0) {
      this.#waiting.push(Y.encodeStateAsUpdate(doc));
    }
    doc.on("update", this.#updated);
    this.loaded = this.#load();
  }

  /** False while what is typed is not written down here: there is no IndexedDB, or it is full, or it does not answer. */
  get works(): boolean {
    return !this.#broken;
  }

  /** Writes down what waits. */
  async flush(): Promise<void> {
    this.#write();
    while (this.#writing !== null) {
      await this.#writing;
    }
  }

  /**
   * Moves everything into a database of its own, from which no page starts, and keeps no more. False if that failed:
   * then everything is where it was.
   */
  async setAside(): Promise<boolean> {
    this.#end();
    await this.flush();
    try {
      const database = await opened(this.#name);
      const { keys, updates } = await readRows(database);
      const aside = await opened(this.#name + ASIDE);
      const written = aside.transaction(ROWS, "readwrite");
      written.objectStore(ROWS).add(Y.mergeUpdates([...updates, Y.encodeStateAsUpdate(this.#doc)]));
      await completed(written);
      aside.close();
      const cleared = database.transaction(ROWS, "readwrite");
      for (const key of keys) {
        cleared.objectStore(ROWS).delete(key);
      }
      await completed(cleared);
      database.close();
      return true;
    } catch {
      return false;
    }
  }

  /** Writes down what waits, and lets go. */
  close(): void {
    this.#end();
    void this.flush().then(() => this.#database?.close());
  }

  #end(): void {
    this.#ended = true;
    this.#doc.off("update", this.#updated);
    clearTimeout(this.#due);
    clearTimeout(this.#late);
  }

  async #load(): Promise<boolean> {
    try {
      const database = await this.#open();
      const { keys, updates } = await readRows(database);
      Y.transact(
        this.#doc,
        () => {
          for (const update of updates) {
            Y.applyUpdate(this.#doc, update, this);
          }
        },
        this,
        false,
      );
      this.#rows = keys.length;
      if (keys.length > MOST_ROWS_AT_START) {
        await this.#compact(database);
      }
      this.#write();
      return keys.length > 0;
    } catch {
      this.#fail();
      return false;
    }
  }

  async #open(): Promise<IDBDatabase> {
    const database = await opened(this.#name);
    // Another tab may remove it: what follows is written into a new one.
    const gone = () => {
      database.close();
      if (this.#database === database) {
        this.#database = null;
        this.#fail();
      }
    };
    database.onversionchange = gone;
    database.onclose = gone;
    this.#database = database;
    return database;
  }

  readonly #updated = (update: Uint8Array, origin: unknown) => {
    if (origin === this) {
      return;
    }
    this.#waiting.push(update);
    if (!this.#isOthers(origin)) {
      this.#watch();
      this.#write();
    } else {
      this.#due ??= setTimeout(() => this.#write(), OTHERS_DELAY_MS);
    }
  };

  #watch(): void {
    this.#late ??= setTimeout(() => this.#fail(), LATE_MS);
  }

  #write(): void {
    clearTimeout(this.#due);
    this.#due = undefined;
    const database = this.#database;
    if (database === null || this.#writing !== null || this.#waiting.length === 0) {
      return;
    }
    this.#writing = this.#put(database, this.#waiting.splice(0)).then(
      () => {
        this.#writing = null;
        this.#recover();
        if (this.#waiting.length > 0) {
          this.#watch();
          this.#write();
        }
      },
      () => {
        this.#writing = null;
        this.#fail();
      },
    );
  }

  async #put(database: IDBDatabase, updates: Uint8Array[]): Promise<void> {
    const transaction = database.transaction(ROWS, "readwrite");
    transaction.objectStore(ROWS).add(updates.length === 1 ? updates[0] : Y.mergeUpdates(updates));
    // At once, not when the browser finds that nothing more comes: the tab may be killed before that.
    transaction.commit();
    await completed(transaction);
    this.#rows += 1;
    if (this.#rows > MOST_ROWS) {
      await this.#compact(database);
    }
  }

  /** Merges the rows, another tab's included, in one transaction. */
  #compact(database: IDBDatabase): Promise<void> {
    const transaction = database.transaction(ROWS, "readwrite");
    const store = transaction.objectStore(ROWS);
    const keys = store.getAllKeys();
    const updates = store.getAll();
    updates.onsuccess = () => {
      // Not only merged: a document also forgets what was deleted.
      const whole = new Y.Doc();
      applyAll(whole, updates.result as Uint8Array[]);
      store.add(Y.encodeStateAsUpdate(whole));
      whole.destroy();
      for (const key of keys.result) {
        store.delete(key);
      }
    };
    this.#rows = 1;
    return completed(transaction);
  }

  /** Says that nothing is kept now, and tries again with everything. */
  #fail(): void {
    clearTimeout(this.#late);
    this.#late = undefined;
    if (!this.#broken) {
      this.#broken = true;
      this.#changed();
    }
    if (!this.#ended) {
      this.#due ??= setTimeout(() => void this.#retry(), RETRY_MS);
    }
  }

  async #retry(): Promise<void> {
    this.#due = undefined;
    if (this.#ended || this.#writing !== null) {
      return;
    }
    try {
      if (this.#database === null) {
        await this.#open();
      }
      this.#waiting = [Y.encodeStateAsUpdate(this.#doc)];
      this.#write();
    } catch {
      this.#fail();
    }
  }

  #recover(): void {
    clearTimeout(this.#late);
    this.#late = undefined;
    if (this.#broken) {
      this.#broken = false;
      this.#changed();
    }
  }
}

export function nameOfCopy(room: string, epoch: string): string {
  return `${prefixOf(room)}${epoch}`;
}

/**
 * The names of what this browser keeps of a room: of other epochs than `epoch`, and what was set aside. Who may not
 * write starts from no copy, so that with null the present one is among them.
 */
export async function otherCopies(room: string, epoch: string | null): Promise<string[]> {
  try {
    const databases = await indexedDB.databases();
    return databases
      .flatMap(({ name }) => name ?? [])
      .filter((name) => name.startsWith(prefixOf(room)) && (epoch === null || name !== nameOfCopy(room, epoch)));
  } catch {
    return [];
  }
}

/** What stands in a copy; empty if it cannot be read. */
export async function readCopy(name: string): Promise<Y.Doc> {
  const doc = new Y.Doc();
  try {
    const database = await opened(name);
    const { updates } = await readRows(database);
    database.close();
    applyAll(doc, updates);
  } catch {
    // What cannot be read cannot be offered.
  }
  return doc;
}

/** Removes a copy. Settles when it is gone, or is going as soon as another tab lets go of it. */
export function forgetCopy(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}

function prefixOf(room: string): string {
  return `sparkroom:${room}:`;
}

function applyAll(doc: Y.Doc, updates: readonly Uint8Array[]): void {
  doc.transact(() => {
    for (const update of updates) {
      Y.applyUpdate(doc, update);
    }
  });
}

function opened(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.result.createObjectStore(ROWS, { autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function readRows(database: IDBDatabase): Promise<{ keys: IDBValidKey[]; updates: Uint8Array[] }> {
  const transaction = database.transaction(ROWS, "readonly");
  const keys = transaction.objectStore(ROWS).getAllKeys();
  const updates = transaction.objectStore(ROWS).getAll();
  await completed(transaction);
  return { keys: keys.result, updates: updates.result as Uint8Array[] };
}

function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}
