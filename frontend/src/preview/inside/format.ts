/** Writes any value as text for the console: bounded in length and depth, and never thrown off by what it meets. */

const DEPTH = 4;
const ENTRIES = 50;

/** Console arguments as one line: `%s`-style formats, strings as they are, everything else described. */
export function formatArguments(values: readonly unknown[], most: number): string {
  const rest = [...values];
  const parts: string[] = [];
  if (typeof rest[0] === "string") {
    const format = rest.shift() as string;
    parts.push(
      format.replace(/%([sdifoOc%])/g, (whole, kind: string) => {
        if (kind === "%") return "%";
        if (rest.length === 0) return whole;
        const value = rest.shift();
        if (kind === "c") return "";
        if (kind === "d" || kind === "i") return String(Math.trunc(Number(value)));
        if (kind === "f") return String(Number(value));
        return kind === "s" && typeof value === "string" ? value : describe(value, most);
      }),
    );
  }
  for (const value of rest) parts.push(typeof value === "string" ? value : describe(value, most));
  return cut(parts.join(" "), most);
}

/** One value, for people. At most `most` characters. */
export function describe(value: unknown, most: number): string {
  const open = new Set<object>();
  let left = most;
  return of(value, 0);

  function of(value: unknown, depth: number): string {
    const whole = left;
    if (whole <= 0) return "…";
    let text: string;
    try {
      text = cut(raw(value, depth), whole);
    } catch {
      // A proxy or a getter of the page's own threw.
      text = "[unreadable]";
    }
    left = whole - text.length;
    return text;
  }

  function raw(value: unknown, depth: number): string {
    if (typeof value === "string") return depth === 0 ? value : JSON.stringify(cut(value, left));
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value === "function") return `ƒ ${value.name}()`;
    if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
    if (open.has(value)) return "[circular]";
    open.add(value);
    const text = object(value, depth);
    open.delete(value);
    return text;
  }

  function object(value: object, depth: number): string {
    if (value instanceof Error) return stackOf(value);
    if (value instanceof Date || value instanceof RegExp) return String(value);
    if (typeof Element === "function" && value instanceof Element) {
      return (value.cloneNode() as Element).outerHTML.replace(/<\/[^>]*>$/, "");
    }
    const name = value.constructor?.name ?? "";
    const inner = depth + 1;
    if (Array.isArray(value) || ArrayBuffer.isView(value)) {
      const items = value as unknown[];
      const entries = depth < DEPTH ? list(items.length, (at) => of(items[at], inner)) : "…";
      return `${Array.isArray(value) ? "" : `${name} `}[${entries}]`;
    }
    if (depth >= DEPTH) return `${name} {…}`;
    if (value instanceof Map || value instanceof Set) {
      const items = [...value].map((item) => (value instanceof Map ? (item as unknown[]) : [item]));
      const entries = list(items.length, (at) => items[at]?.map((item) => of(item, inner)).join(" => "));
      return `${name}(${value.size}) {${entries}}`;
    }
    const keys = Object.keys(value);
    const entries = list(keys.length, (at) => {
      const key = keys[at] as string;
      const property = Object.getOwnPropertyDescriptor(value, key);
      // A getter may do anything, so it is not called.
      return `${key}: ${property?.get ? "(getter)" : of(property?.value, inner)}`;
    });
    return `${name === "Object" || name === "" ? "" : `${name} `}{${entries}}`;
  }

  function list(count: number, write: (at: number) => string | undefined): string {
    const parts: string[] = [];
    while (parts.length < Math.min(count, ENTRIES) && left > 0) parts.push(write(parts.length) ?? "");
    if (parts.length < count) parts.push(`… ${count - parts.length} more`);
    return parts.join(", ");
  }
}

/** An error's stack, with its message in front where the browser leaves it out. */
export function stackOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return "";
    const stack = String(error.stack ?? "");
    const head = `${error.name}: ${error.message}`;
    return stack.includes(error.message) ? stack : `${head}\n${stack}`;
  } catch {
    return "";
  }
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
