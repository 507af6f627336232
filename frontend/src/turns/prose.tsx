import { Fragment, memo, type ReactNode, useMemo } from "react";
import { citations } from "./citing";
import { type Inline, readMarkdown } from "./markdown";

interface ProseProps {
  readonly text: string;
  /** The room's paths: places in them are links. */
  readonly paths: ReadonlySet<string>;
  /** Goes to a place as the answer named it. `line` is 1-based. */
  readonly onCited: (path: string, line: number) => void;
}

/** What a model says to people, lightly formatted, as it streams. */
export const Prose = memo(function Prose({ text, paths, onCited }: ProseProps) {
  const blocks = useMemo(() => readMarkdown(text), [text]);
  const cited = (piece: string) => withPlaces(piece, paths, onCited);
  const inline = (parts: readonly Inline[]) => parts.map((part, index) => inlineOf(part, `${index}`, cited));
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

function inlineOf(part: Inline, key: string, cited: (text: string) => ReactNode): ReactNode {
  switch (part.kind) {
    case "code":
      return <code key={key}>{cited(part.text)}</code>;
    case "bold":
      return <strong key={key}>{cited(part.text)}</strong>;
    case "link":
      return (
        <a key={key} href={part.href} target="_blank" rel="noopener noreferrer">
          {part.text}
        </a>
      );
    default:
      return <Fragment key={key}>{cited(part.text)}</Fragment>;
  }
}

/** A text with a button for each place in it. */
function withPlaces(text: string, paths: ReadonlySet<string>, onCited: ProseProps["onCited"]): ReactNode {
  const found = citations(text, (path) => paths.has(path));
  if (found.length === 0) return text;
  let at = 0;
  const pieces = found.map(({ from, to, path, line }) => {
    const before = text.slice(at, from);
    at = to;
    return (
      <Fragment key={from}>
        {before}
        <button type="button" className="cited" title={`Open ${path}`} onClick={() => onCited(path, line)}>
          {text.slice(from, to)}
        </button>
      </Fragment>
    );
  });
  return [...pieces, text.slice(at)];
}
