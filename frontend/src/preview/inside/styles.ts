/** Changes a page's styles in place. */

/** Loads every style sheet of the room again, each shown until its next version is there. Returns how many. */
export function swapStyles(version: number): number {
  let count = 0;
  for (const link of document.querySelectorAll<HTMLLinkElement>("link[rel~=stylesheet i][href]")) {
    const address = new URL(link.href);
    if (address.origin !== location.origin) continue;
    address.searchParams.set("v", String(version));
    const next = link.cloneNode() as HTMLLinkElement;
    next.href = address.href;
    const done = () => link.remove();
    next.addEventListener("load", done);
    next.addEventListener("error", done);
    link.after(next);
    count += 1;
  }
  return count;
}
