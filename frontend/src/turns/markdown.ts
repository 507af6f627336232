/**
 * The little Markdown that models answer in, read into plain nodes: fences, headings, lists, paragraphs; bold, code and
 * links. Nothing here makes HTML, so nothing a model says can. Work is linear: every pattern is bounded.
 */

export type Inline =
  | { readonly kind: "text" | "bold" | "code"; readonly text: string }
  /** `href` begins with http:// or https://. */
  | { readonly kind: "link"; readonly text: string; readonly href: string };

export type Block =
  | { readonly kind: "paragraph" | "heading"; readonly content: readonly Inline[] }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: "code"; readonly text: string };

const INLINE =
  /`([^`\n]{1,400})`|\*\*([^*\n]{1,400})\*\*|\[([^\]\n]{1,200})\]\((https?:\/\/[^\s)]{1,500})\)|(https?:\/\/[^\s<>()"'`]{1,500}[^\s<>()"'`.,;:!?])/g;
const ITEM = /^\s{0,8}(?:[-*•]|(\d{1,4})[.)])\s+(.*)$/;
const HEADING = /^#{1,6}\s+(.*)$/;
const FENCE = /^\s{0,3}(?:```|~~~)/;

/** The blocks of `text`. A fence that is still open holds the rest. */
export function readMarkdown(text: string): Block[] {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  /** Takes the lines from here on for which `belongs` holds. */
  const take = (belongs: (line: string) => boolean) => {
    const first = at;
    while (at < lines.length && belongs(lines[at] ?? "")) {
      at += 1;
    }
    return lines.slice(first, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const item = ITEM.exec(line);
    const heading = HEADING.exec(line)?.[1];
    if (FENCE.test(line)) {
      at += 1;
      blocks.push({ kind: "code", text: take((inside) => !FENCE.test(inside)).join("\n") });
      at += 1;
    } else if (line.trim() === "") {
      at += 1;
    } else if (heading !== undefined) {
      at += 1;
      blocks.push({ kind: "heading", content: readInline(heading) });
    } else if (item !== null) {
      const ordered = item[1] !== undefined;
      const items = take((next) => isItem(next, ordered)).map((next) => readInline(ITEM.exec(next)?.[2] ?? ""));
      blocks.push({ kind: "list", ordered, items });
    } else {
      blocks.push({ kind: "paragraph", content: readInline(take(isPlain).join("\n")) });
    }
  }
  return blocks;
}

function isItem(line: string, ordered: boolean): boolean {
  const item = ITEM.exec(line);
  return item !== null && (item[1] !== undefined) === ordered;
}

function isPlain(line: string): boolean {
  return line.trim() !== "" && !FENCE.test(line) && !HEADING.test(line) && !ITEM.test(line);
}

function readInline(text: string): Inline[] {
  const found: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) {
      found.push({ kind: "text", text: text.slice(at, match.index) });
    }
    const [whole, code, bold, label, href, bare] = match;
    if (code !== undefined) {
      found.push({ kind: "code", text: code });
    } else if (bold !== undefined) {
      found.push({ kind: "bold", text: bold });
    } else {
      found.push({ kind: "link", text: label ?? bare ?? whole, href: href ?? bare ?? whole });
    }
    at = match.index + whole.length;
  }
  if (at < text.length) {
    found.push({ kind: "text", text: text.slice(at) });
  }
  return found;
}
