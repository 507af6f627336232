/** Hands the person a file. Several go in one archive, since browsers ask before they take more than one. */

export interface TakenFile {
  readonly path: string;
  readonly text: string;
}

/** `name` is the archive's, without its extension. */
export async function download(files: readonly TakenFile[], name: string): Promise<void> {
  const [first] = files;
  if (first !== undefined && files.length === 1) {
    hand(new Blob([first.text], { type: "text/plain" }), first.path.slice(first.path.lastIndexOf("/") + 1));
    return;
  }
  const { strToU8, zipSync } = await import("fflate");
  const archive = zipSync(Object.fromEntries(files.map(({ path, text }) => [path, strToU8(text)])));
  hand(new Blob([archive as Uint8Array<ArrayBuffer>], { type: "application/zip" }), `${name}.zip`);
}

function hand(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
