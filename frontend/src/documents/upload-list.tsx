import type { Store } from "../rooms/state";
import { useStore } from "../ui/use-store";
import { nameOf } from "./tree";
import type { Transfer } from "./uploads";

/** The files that are on their way to the server. */
export function UploadList({ transfers }: { transfers: Store<readonly Transfer[]> }) {
  const shown = useStore(transfers, (all) => all);
  if (shown.length === 0) {
    return null;
  }
  return (
    <ul className="upload-list" aria-label="Uploads">
      {shown.map(({ id, path, part }) => (
        <li key={id}>
          <span className="small tree-name" title={path}>
            {nameOf(path)}
          </span>
          <progress value={part} max={1} aria-label={`Uploading ${nameOf(path)}`} />
        </li>
      ))}
    </ul>
  );
}
