import { describe, expect, it } from "vitest";
import { readMarkdown } from "./markdown";

const text = (value: string) => ({ kind: "text", text: value });

describe("Markdown", () => {
  it("reads paragraphs with bold, code and links", () => {
    expect(readMarkdown("A **bold** `x` and [docs](https://example.org/a).\nSee https://example.org/b.")).toEqual([
      {
        kind: "paragraph",
        content: [
          text("A "),
          { kind: "bold", text: "bold" },
          text(" "),
          { kind: "code", text: "x" },
          text(" and "),
          { kind: "link", text: "docs", href: "https://example.org/a" },
          text(".\nSee "),
          { kind: "link", text: "https://example.org/b", href: "https://example.org/b" },
          text("."),
        ],
      },
    ]);
  });

  it("reads lists, headings and fences", () => {
    expect(readMarkdown("# Title\n- one\n- two\n1. first\n```js\na *b*\n```\nend")).toEqual([
      { kind: "heading", content: [text("Title")] },
      { kind: "list", ordered: false, items: [[text("one")], [text("two")]] },
      { kind: "list", ordered: true, items: [[text("first")]] },
      { kind: "code", text: "a *b*" },
      { kind: "paragraph", content: [text("end")] },
    ]);
  });

  it("leaves an open fence open while it streams", () => {
    expect(readMarkdown("```\nhalf")).toEqual([{ kind: "code", text: "half" }]);
  });

  it.each(["[x](javascript:alert(1))", "[x](data:text/html,x)", "<img src=x onerror=alert(1)>", "<script>"])(
    "makes no link and no markup of %s",
    (hostile) => {
      const blocks = readMarkdown(hostile);
      expect(blocks).toEqual([{ kind: "paragraph", content: [text(hostile)] }]);
    },
  );
});
