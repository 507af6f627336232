/**
 * Which of a room's pages is shown: the one that was chosen here or that a turn made, otherwise the room's own. Other
 * people's turns change nothing for somebody who chose a page, or asked for one.
 */
import type { Turn } from "../wire/types";
import { pageMade } from "./pages";

export class PageChoice {
  #chosen: string | null = null;
  /** True if the person here chose the page or asked for it. */
  #own = false;
  /** Pages that were there when the room was first seen. What comes later may come before or after the news of its turn. */
  #old: ReadonlySet<string> | null = null;
  /** Pages that were shown because a turn made them, each with its turn: once is enough. */
  readonly #shown = new Set<string>();

  /** The person here wants this page. */
  choose(page: string): void {
    this.#chosen = page;
    this.#own = true;
  }

  /** The page to show, null if there is none. `pages` begin with the room's own; `turns` with the oldest. */
  page(pages: readonly string[], turns: readonly Turn[], me: string | undefined): string | null {
    // A page that was removed and is made again is a new one.
    this.#old = new Set(pages.filter((page) => this.#old === null || this.#old.has(page)));
    const mine = turns.findLast((turn) => turn.member === me);
    if (!this.#follow(pages, mine, true) && !this.#own) this.#follow(pages, turns.at(-1), false);
    if (this.#chosen === null || !pages.includes(this.#chosen)) {
      this.#chosen = null;
      this.#own = false;
    }
    return this.#chosen ?? pages[0] ?? null;
  }

  /** True if the turn made a page that was not shown for it yet. */
  #follow(pages: readonly string[], turn: Turn | undefined, own: boolean): boolean {
    const made = pageMade(this.#old ?? new Set(), pages, turn);
    const key = `${turn?.id} ${made}`;
    if (made === null || this.#shown.has(key)) return false;
    this.#shown.add(key);
    this.#chosen = made;
    this.#own = own;
    return true;
  }
}
