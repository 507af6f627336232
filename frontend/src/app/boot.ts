/** What the server wrote into the page for its script: `<script type="application/json" id="boot">`. */
import type { DailyTokens, Model, ModelReport } from "../wire/types";

export interface Starter {
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

export interface HomeBoot {
  readonly page: "home";
  readonly starters: readonly Starter[];
  readonly examples: readonly string[];
  readonly models: readonly Model[];
}

export interface ModelsBoot {
  readonly page: "models";
  readonly models: readonly ModelReport[];
  readonly daily: DailyTokens;
  /** Why whoever opened the page may not paste keys and test models; null if they may. */
  readonly refusal: string | null;
}

export interface RoomBoot {
  readonly page: "room";
  readonly room: string;
}

export function readBoot<T extends HomeBoot | ModelsBoot | RoomBoot>(): T {
  return JSON.parse(document.getElementById("boot")?.textContent ?? "null") as T;
}
