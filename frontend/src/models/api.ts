/** The models' part of the HTTP API. */
import { call } from "../rooms/api";
import type { DailyTokens, Trial } from "../wire/types";

export function readDaily(): Promise<DailyTokens> {
  return call<DailyTokens>("GET", "/api/tokens");
}

/** Asks the model for one small edit; takes up to a minute. The operator only. */
export function testModel(name: string): Promise<Trial> {
  return call<Trial>("POST", `/api/models/${encodeURIComponent(name)}/test`);
}

/** Has the server keep a key, which it never sends back. The operator only. */
export function putKey(name: string, key: string): Promise<null> {
  return call<null>("PUT", `/api/keys/${encodeURIComponent(name)}`, { key });
}

/** The operator only. */
export function deleteKey(name: string): Promise<null> {
  return call<null>("DELETE", `/api/keys/${encodeURIComponent(name)}`);
}
