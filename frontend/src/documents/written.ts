/**
 * Which parts of a text a transaction wrote, and by whose hands. A frame from the server may merge what a model and
 * several people wrote in one tick; only the items of the text itself tell them apart.
 */
import * as Y from "yjs";

/** UTF-16 offsets in the text as it stands after the transaction; `to` is exclusive. */
export interface WrittenRange {
  readonly from: number;
  readonly to: number;
}

/** The ranges that clients for whom `counts` is true inserted in `transaction`, in order and joined where they touch. */
export function rangesWritten(
  text: Y.Text,
  transaction: Y.Transaction,
  counts: (client: number) => boolean,
): WrittenRange[] {
  const before = transaction.beforeState;
  const writers = [...transaction.afterState].filter(
    ([client, clock]) => clock > (before.get(client) ?? 0) && counts(client),
  );
  if (writers.length === 0) {
    return [];
  }
  const since = new Map(writers.map(([client]) => [client, before.get(client) ?? 0]));
  const ranges: WrittenRange[] = [];
  let at = 0;
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted || !item.countable || !(item.content instanceof Y.ContentString)) {
      continue;
    }
    const first = since.get(item.id.client);
    const last = ranges.at(-1);
    if (first !== undefined && item.id.clock >= first) {
      if (last?.to === at) {
        ranges[ranges.length - 1] = { from: last.from, to: at + item.length };
      } else {
        ranges.push({ from: at, to: at + item.length });
      }
    }
    at += item.length;
  }
  return ranges;
}
