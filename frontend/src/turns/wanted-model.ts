/** The model that this browser's person chose last, wherever they ask from. */

const KEY = "sparkroom:model";

/** Its name; null before anything was chosen. */
export function wantedModel(): string | null {
  return localStorage.getItem(KEY);
}

export function wantModel(name: string): void {
  localStorage.setItem(KEY, name);
}
