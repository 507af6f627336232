/** What people drop or choose: files and whole folders of their computer, as paths and contents. */

export interface Dropped {
  /** Relative to where it was dropped. */
  readonly path: string;
  readonly file: File;
}

/** More than a room takes: whoever drops their home folder shall not wait for it to be read. */
const MOST = 2_000;
const LITTER = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);
/** Folders that programs fill, and that nobody means. */
const LEFT_OUT = new Set([".git", "node_modules", "__pycache__", ".venv", "__MACOSX"]);

/** Reads what was dropped. Must be called while the drop event is handled, for it is emptied afterwards. */
export async function droppedFiles(transfer: DataTransfer): Promise<Dropped[]> {
  // What another page's image was dragged as has no entry.
  const items = [...transfer.items].map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const found: Dropped[] = [];
  for (const item of items) {
    if (item instanceof File) {
      found.push({ path: item.name, file: item });
    } else if (item !== null) {
      await gather(item, "", found);
    }
  }
  return found;
}

/** What was chosen with a file field, in folders if it was a field for folders. */
export function chosenFiles(files: FileList): Dropped[] {
  return [...files]
    .map((file) => ({ path: file.webkitRelativePath || file.name, file }))
    .filter(({ path }) => {
      const parts = path.split("/");
      return !LITTER.has(parts.at(-1) ?? "") && !parts.some((part) => LEFT_OUT.has(part));
    })
    .slice(0, MOST);
}

async function gather(entry: FileSystemEntry, folder: string, found: Dropped[]): Promise<void> {
  const path = folder + entry.name;
  if (found.length >= MOST || LITTER.has(entry.name) || (entry.isDirectory && LEFT_OUT.has(entry.name))) {
    return;
  }
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // It answers a hundred at a time, and none at the end.
    const inside = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (inside.length === 0) {
      return;
    }
    for (const inner of inside) {
      await gather(inner, `${path}/`, found);
    }
  }
}
