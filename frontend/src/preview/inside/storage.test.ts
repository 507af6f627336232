import { describe, expect, it } from "vitest";
import { memoryCookie, memoryStorage } from "./storage";

describe("the storage of a page", () => {
  it("is a Storage", () => {
    const storage = memoryStorage([["best", "3"]]);
    storage.setItem("name", 7 as unknown as string);
    storage.lives = "2";
    expect([storage.getItem("best"), storage.getItem("name"), storage.getItem("none")]).toEqual(["3", "7", null]);
    expect([storage.best, storage.lives, storage.none]).toEqual(["3", "2", undefined]);
    expect(storage).toHaveLength(3);
    expect([storage.key(0), storage.key(9)]).toEqual(["best", null]);
    expect(Object.keys(storage)).toEqual(["best", "name", "lives"]);
    expect("best" in storage && Object.hasOwn(storage, "best") && !("none" in storage)).toBe(true);
    storage.removeItem("best");
    delete storage.lives;
    expect(Object.entries(storage)).toEqual([["name", "7"]]);
    storage.clear();
    expect(storage).toHaveLength(0);
  });

  it("keeps names that its methods have", () => {
    const storage = memoryStorage([]);
    storage.setItem("getItem", "x");
    expect(storage.getItem("getItem")).toBe("x");
  });

  it("refuses more than its quota, and goes on", () => {
    const storage = memoryStorage([]);
    storage.setItem("a", "x".repeat(400_000));
    expect(() => storage.setItem("b", "x".repeat(200_000))).toThrow(/500000/);
    storage.setItem("a", "x".repeat(450_000));
    expect(storage).toHaveLength(1);
  });
});

describe("the cookies of a page", () => {
  it("are remembered, changed and taken back", () => {
    const page = Object.defineProperty({}, "cookie", memoryCookie()) as { cookie: string };
    page.cookie = "a=1; path=/; max-age=60";
    page.cookie = "b=x=y";
    page.cookie = "a=2";
    expect(page.cookie).toBe("a=2; b=x=y");
    page.cookie = "a=; max-age=0";
    page.cookie = "b=; expires=Thu, 01 Jan 1970 00:00:00 GMT";
    expect(page.cookie).toBe("");
  });
});
