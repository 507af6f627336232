/** How roles read in sentences. */
import type { Role } from "../wire/types";

export const ROLES = ["owner", "editor", "viewer"] as const satisfies readonly Role[];

/** "an editor" */
export const A_ROLE: Readonly<Record<Role, string>> = { owner: "an owner", editor: "an editor", viewer: "a viewer" };

/** What somebody hears whom an owner gave another role. */
export function newsOfRole(role: Role): string {
  const meaning = {
    owner: "you may also decide who may do what.",
    editor: "you may write here, ask and run.",
    viewer: "you see everything and change nothing.",
  };
  return `An owner made you ${A_ROLE[role]}: ${meaning[role]}`;
}
