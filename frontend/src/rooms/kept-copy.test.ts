import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { forgetCopy, KeptCopy, nameOfCopy, otherCopies, readCopy } from "./kept-copy";

let rooms = 0;
let name = "";

beforeEach(() => {
  rooms += 1;
  name = nameOfCopy(`room${rooms}`, "e1");
});

function keep(doc = new Y.Doc(), changed = () => {}): [KeptCopy, Y.Doc] {
  return [new KeptCopy(name, doc, (origin) => origin === "server", changed), doc];
}

async function textKept(copy = name): Promise<string> {
  return (await readCopy(copy)).getText("t").toString();
}

async function rowsKept(): Promise<number> {
  const database = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
  });
  const request = database.transaction("updates").objectStore("updates").count();
  const count = await new Promise<number>((resolve) => {
    request.onsuccess = () => resolve(request.result);
  });
  database.close();
  return count;
}

describe("what a browser keeps of a room", () => {
  it("is there again for the next page, under another client id", async () => {
    const [first, doc] = keep();
    expect(await first.loaded).toBe(false);
    doc.getText("t").insert(0, "kept");
    await first.flush();
    const [second, again] = keep();
    expect(await second.loaded).toBe(true);
    expect(again.getText("t").toString()).toBe("kept");
    expect(again.clientID).not.toBe(doc.clientID);
    first.close();
    second.close();
  });

  it("takes what was written before it could be opened", async () => {
    const doc = new Y.Doc();
    doc.getText("t").insert(0, "early ");
    const [copy] = keep(doc);
    doc.getText("t").insert(6, "bird");
    await copy.loaded;
    await copy.flush();
    expect(await textKept()).toBe("early bird");
    copy.close();
  });

  it("writes one's own at once, and what the server has together", async () => {
    const [copy, doc] = keep();
    await copy.loaded;
    for (let i = 0; i < 10; i++) {
      doc.transact(() => doc.getText("t").insert(0, "s"), "server");
    }
    doc.getText("t").insert(0, "mine ");
    await vi.waitUntil(async () => (await textKept()) === "mine ssssssssss");
    expect(await rowsKept()).toBe(1);
    copy.close();
  });

  it("does not grow without end: rows become one", async () => {
    const [copy, doc] = keep();
    await copy.loaded;
    for (let i = 0; i < 450; i++) {
      doc.getText("t").insert(i, String(i % 10));
      await copy.flush();
    }
    expect(await rowsKept()).toBeLessThan(100);
    copy.close();
    const [again, other] = keep();
    await again.loaded;
    expect(other.getText("t").toString()).toBe(doc.getText("t").toString());
    await again.flush();
    expect(await rowsKept()).toBe(1);
    again.close();
  });

  it("loses nothing of either tab when one of them merges the rows", async () => {
    const [first, one] = keep();
    await first.loaded;
    const [second, two] = keep();
    await second.loaded;
    for (let i = 0; i < 420; i++) {
      one.getText("t").insert(0, "a");
      two.getText("t").insert(0, "b");
      await Promise.all([first.flush(), second.flush()]);
    }
    const text = await textKept();
    expect([text.match(/a/g)?.length, text.match(/b/g)?.length]).toEqual([420, 420]);
    first.close();
    second.close();
  });

  it("says so while nothing is written down, and catches up when its database went away", async () => {
    const changed = vi.fn();
    const [copy, doc] = keep(new Y.Doc(), changed);
    await copy.loaded;
    doc.getText("t").insert(0, "before ");
    await copy.flush();
    await forgetCopy(name);
    await vi.waitUntil(() => !copy.works);
    expect(changed).toHaveBeenCalled();
    doc.getText("t").insert(7, "and after");
    await vi.waitUntil(() => copy.works, { timeout: 5_000 });
    expect(await textKept()).toBe("before and after");
    copy.close();
  });

  it("works without IndexedDB, and says that it keeps nothing", async () => {
    const open = vi.spyOn(indexedDB, "open").mockImplementation(() => {
      throw new DOMException("no", "SecurityError");
    });
    const [copy, doc] = keep();
    expect(await copy.loaded).toBe(false);
    expect(copy.works).toBe(false);
    doc.getText("t").insert(0, "typed all the same");
    expect(await copy.setAside()).toBe(false);
    open.mockRestore();
    copy.close();
  });

  it("can be set aside: no page starts from it, and it is found beside", async () => {
    const [copy, doc] = keep();
    await copy.loaded;
    doc.getText("t").insert(0, "refused");
    expect(await copy.setAside()).toBe(true);
    expect(await textKept()).toBe("");
    const others = await otherCopies(`room${rooms}`, "e1");
    expect(others).toHaveLength(1);
    expect(await textKept(others[0])).toBe("refused");
    await forgetCopy(others[0] ?? "");
    expect(await otherCopies(`room${rooms}`, "e1")).toEqual([]);
    copy.close();
  });

  it("is found by the next epoch, and by nobody else's room", async () => {
    const [copy] = keep();
    await copy.loaded;
    expect(await otherCopies(`room${rooms}`, "e2")).toEqual([name]);
    expect(await otherCopies(`room${rooms}`, "e1")).toEqual([]);
    expect(await otherCopies(`room${rooms}`, null)).toEqual([name]);
    expect(await otherCopies("room", "e2")).toEqual([]);
    copy.close();
  });
});
