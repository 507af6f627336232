/** What a model is told of an error in the page: pure. What the page says is only quoted, and bounded. */
import type { Fault, Lines } from "../wire/types";
import type { Entry } from "./log";
import { piecesOf } from "./places";

const MOST_TEXT = 8_000;
const MOST_PLACES = 10;

/** The error with the places that it names, where it happened first. Addresses are told as paths of documents. */
export function faultOf({ text, stack, place }: Entry, base: string, index: string | null): Fault {
  const said = [text, stack].flatMap((part) => (part === "" ? [] : piecesOf(base, part, index)));
  const named = said.flatMap((piece) => (piece.place === null ? [] : [piece.place]));
  const places = new Map<string, Lines>();
  for (const { path, line } of place === null ? named : [place, ...named]) {
    places.set(`${path}:${line}`, { path, first: line, last: line });
  }
  const stackText = piecesOf(base, stack, index).map((piece) => piece.text);
  const textText = piecesOf(base, text, index).map((piece) => piece.text);
  return {
    text: [textText.join(""), stackText.join("")]
      .filter((part) => part !== "")
      .join("\n")
      .slice(0, MOST_TEXT),
    places: [...places.values()].slice(0, MOST_PLACES),
  };
}
