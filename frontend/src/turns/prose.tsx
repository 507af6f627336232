import { Fragment, memo, useMemo } from "react";
import { type Inline, readMarkdown } from "./markdown";

/** What a model says to people, lightly formatted, as it streams. */
export const Prose = memo(function Prose({ text }: { text: string }) {
  const blocks = useMemo(() => readMarkdown(text), [text]);
  return (
    <div className="prose">
      {blocks.map((block, index) => {
        // Blocks only ever grow at the end, so their place is their identity.
        const key = `${index}`;
        switch (block.kind) {
          case "code":
            return <pre key={key}>{block.text}</pre>;
          case "heading":
            return <h4 key={key}>{inline(block.content)}</h4>;
          case "list": {
            const List = block.ordered ? "ol" : "ul";
            return (
              <List key={key}>
                {block.items.map((item, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: items are only ever added at the end
                  <li key={at}>{inline(item)}</li>
                ))}
              </List>
            );
          }
          default:
            return <p key={key}>{inline(block.content)}</p>;
        }
      })}
    </div>
  );
});

function inline(parts: readonly Inline[]) {
  return parts.map((part, index) => {
    const key = `${index}`;
    switch (part.kind) {
      case "code":
        return <code key={key}>{part.text}</code>;
      case "bold":
        return <strong key={key}>{part.text}</strong>;
      case "link":
        return (
          <a key={key} href={part.href} target="_blank" rel="noopener noreferrer">
            {part.text}
          </a>
        );
      default:
        return <Fragment key={key}>{part.text}</Fragment>;
    }
  });
}
