/** Stand-ins for what a page in an opaque origin may not touch: localStorage, sessionStorage and document.cookie. */

type Entries = readonly (readonly [string, string])[];

/** Most characters of keys and values in one storage, so that both survive a reload. */
const QUOTA = 500_000;

/** A `Storage` in memory, which starts with `entries`. `Object.entries` reads them back. */
export function memoryStorage(entries: Entries): Storage {
  const items = new Map<string, string>(entries);
  const methods: Storage = {
    get length() {
      return items.size;
    },
    getItem: (key) => items.get(`${key}`) ?? null,
    setItem(key, value) {
      let size = `${key}${value}`.length;
      for (const [name, text] of items) if (name !== `${key}`) size += name.length + text.length;
      if (size > QUOTA) {
        throw new DOMException(`A preview's storage holds ${QUOTA} characters.`, "QuotaExceededError");
      }
      items.set(`${key}`, `${value}`);
    },
    removeItem: (key) => void items.delete(`${key}`),
    clear: () => items.clear(),
    key: (index) => [...items.keys()][index] ?? null,
  };
  const own = (key: PropertyKey) => (typeof key === "string" ? items.get(key) : undefined);
  return new Proxy<Storage>(Object.create(methods), {
    get: (target, key) => (key in target ? Reflect.get(target, key) : own(key)),
    set: (_, key, value) => {
      methods.setItem(String(key), value);
      return true;
    },
    has: (target, key) => key in target || own(key) !== undefined,
    deleteProperty: (_, key) => {
      items.delete(String(key));
      return true;
    },
    ownKeys: () => [...items.keys()],
    getOwnPropertyDescriptor: (_, key) => {
      const value = own(key);
      return value === undefined ? value : { value, writable: true, enumerable: true, configurable: true };
    },
  });
}

/** `document.cookie` that remembers names and values until the page goes, and sends them nowhere. */
export function memoryCookie(): PropertyDescriptor {
  const cookies = new Map<string, string>();
  return {
    configurable: true,
    get: () => [...cookies].map((pair) => pair.join("=")).join("; "),
    set: (line: unknown) => {
      const [, name = "", value = ""] = /^\s*([^=;]*)=?([^;]*)/.exec(`${line}`) ?? [];
      if (/max-age\s*=\s*(0|-)|expires=[^;]*19[67]/i.test(`${line}`)) cookies.delete(name);
      else if (cookies.size < 50) cookies.set(name, value);
    },
  };
}
