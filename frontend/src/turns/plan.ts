/** PLAN.md as a list whose items can be ticked: pure, but for `tick`, which writes one letter. */
import type * as Y from "yjs";

export const PLAN = "PLAN.md";

export interface PlanItem {
  readonly text: string;
  readonly done: boolean;
  /** Where the mark stands between its brackets: a UTF-16 offset. */
  readonly mark: number;
  /** 1-based. */
  readonly line: number;
  /** How far it stands below others: 0 for those at the left. */
  readonly depth: number;
}

const ITEM = /^([ \t]{0,40})((?:[-*+]|\d{1,4}[.)])[ \t]{1,4}\[)([ xX])\][ \t]+(\S.*?)[ \t\r]*$/;
const FENCE = /^\s{0,3}(?:```|~~~)/;

/** The items of a plan, in their order. What stands in a fence is no item. */
export function planItems(text: string): PlanItem[] {
  const items: PlanItem[] = [];
  const indents: number[] = [];
  let at = 0;
  let fenced = false;
  for (const [index, line] of text.split("\n").entries()) {
    if (FENCE.test(line)) fenced = !fenced;
    const [, indent = "", lead = "", mark, said = ""] = (fenced ? null : ITEM.exec(line)) ?? [];
    if (mark !== undefined) {
      while (indents.length > 0 && (indents.at(-1) ?? 0) >= indent.length) indents.pop();
      indents.push(indent.length);
      const depth = indents.length - 1;
      items.push({
        text: said,
        done: mark !== " ",
        mark: at + indent.length + lead.length,
        line: index + 1,
        depth,
      });
    }
    at += line.length + 1;
  }
  return items;
}

/** Ticks an item, or takes its tick away, where it stands now. False if it is not there any more. */
export function tick(text: Y.Text, item: PlanItem): boolean {
  const same = planItems(text.toString()).filter((now) => now.text === item.text && now.done === item.done);
  const now = same.sort((a, b) => Math.abs(a.mark - item.mark) - Math.abs(b.mark - item.mark))[0];
  if (now === undefined) return false;
  text.doc?.transact(() => {
    text.delete(now.mark, 1);
    text.insert(now.mark, item.done ? " " : "x");
  });
  return true;
}

/** What is asked when an item is to be done. */
export function promptFor(item: PlanItem): string {
  return `Do this item of @${PLAN}, and tick it there: ${item.text}`;
}
