/** The keys of a tree, as assistive technology expects them. */
export interface TreeKeys {
  up(): unknown;
  down(): unknown;
  first(): unknown;
  last(): unknown;
  open(): unknown;
  left(): unknown;
  right(): unknown;
  rename(): unknown;
  remove(): unknown;
}

const KEYS: Readonly<Record<string, keyof TreeKeys>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "first",
  End: "last",
  Enter: "open",
  " ": "open",
  ArrowLeft: "left",
  ArrowRight: "right",
  F2: "rename",
  Delete: "remove",
};

export function actionOf(key: string, keys: TreeKeys): (() => unknown) | undefined {
  const name = KEYS[key];
  return name === undefined ? undefined : keys[name];
}
