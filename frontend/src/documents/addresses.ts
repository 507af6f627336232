/** Where the server keeps a room's files. */

export function fileAddress(room: string, path: string): string {
  return `/api/rooms/${encodeURIComponent(room)}/files/${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** Of the room as a zip archive. */
export function archiveAddress(room: string): string {
  return `/api/rooms/${encodeURIComponent(room)}/archive.zip`;
}

/** Where such an archive is taken in; a top folder called `folder` is passed over. */
export function unpackAddress(room: string, folder: string): string {
  return `/api/rooms/${encodeURIComponent(room)}/archive?${new URLSearchParams({ folder })}`;
}
