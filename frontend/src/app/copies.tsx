/** Offers what this browser still holds of a room and the room does not: of another epoch, or not taken by the server. */
import { Download, FilePlus2 } from "lucide-react";
import { useEffect, useState } from "react";
import { addCopy, type CopiedDocument, copyProblem, documentsMissing } from "../documents/copies";
import type { DocumentFile } from "../documents/files";
import { forgetCopy, otherCopies, readCopy } from "../rooms/kept-copy";
import { mayWrite } from "../rooms/selectors";
import type { RoomSession } from "../rooms/session";
import type { Store } from "../rooms/state";
import { download } from "../ui/download";
import { notify } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import "./copies.css";

interface CopiesProps {
  readonly session: RoomSession;
  readonly files: Store<readonly DocumentFile[]>;
}

interface Offer {
  /** The copies that the documents come from: removed when nothing of them is wanted any more. */
  readonly names: readonly string[];
  readonly documents: readonly CopiedDocument[];
}

type Fate = "added" | "downloaded";

export function Copies({ session, files }: CopiesProps) {
  const [offer, finish] = useOffer(session);
  const [fates, setFates] = useState<ReadonlyMap<CopiedDocument, Fate>>(new Map());
  const [later, setLater] = useState(false);
  const [sure, setSure] = useState(false);
  const writable = useStore(session.state, mayWrite);
  const saved = useStore(session.state, (state) => state.saved);
  const documents = offer?.documents ?? [];
  const open = documents.filter((document) => !fates.has(document));
  const allAdded = documents.length > 0 && documents.every((document) => fates.get(document) === "added");
  useEffect(() => {
    if (allAdded && saved) {
      finish();
    }
  }, [allAdded, saved, finish]);
  if (offer === null || later) {
    return null;
  }
  const add = (chosen: readonly CopiedDocument[]) => {
    const { room } = session.state.get();
    for (const document of chosen) {
      const problem = room === null ? null : copyProblem(files.get(), room.limits, document);
      if (problem !== null) {
        notify(`${document.path} was not added. ${problem}`, "error");
        return;
      }
      notify(`Added as ${addCopy(session.doc, document)}.`);
      setFates((known) => new Map(known).set(document, "added"));
    }
  };
  const take = (chosen: readonly CopiedDocument[]) => {
    void download(chosen, "your copy");
    setFates((known) => new Map([...known, ...chosen.map((document) => [document, "downloaded"] as const)]));
  };
  const forget = () => (open.length === 0 || sure ? finish() : setSure(true));
  return (
    <section className="copies" aria-label="Your copy">
      <div className="copies-head">
        <p>
          <strong>This browser holds text of yours that the room does not.</strong> The room was restored from a backup,
          or the server did not take it. What do you want to keep?
        </p>
        <div className="copies-actions">
          {writable && open.length > 1 && (
            <button type="button" className="button" onClick={() => add(open)}>
              <FilePlus2 className="icon" /> Add all
            </button>
          )}
          {documents.length > 1 && (
            <button type="button" className="button" onClick={() => take(documents)}>
              <Download className="icon" /> Download all
            </button>
          )}
          <button type="button" className="button" onClick={() => setLater(true)}>
            Later
          </button>
          <button type="button" className={`button ${sure ? "danger" : ""}`} onClick={forget}>
            {open.length === 0 ? "Done" : sure ? "Yes, forget it" : "Forget it"}
          </button>
        </div>
      </div>
      <ul>
        {documents.map((document) => (
          <li key={document.path}>
            <code>{document.path}</code>
            <span className="small muted">{fates.get(document) ?? difference(document)}</span>
            {writable && (
              <button
                type="button"
                className="button"
                aria-label={`Add ${document.path} to the room`}
                disabled={fates.get(document) === "added"}
                onClick={() => add([document])}
              >
                Add
              </button>
            )}
            <button
              type="button"
              className="button"
              aria-label={`Download ${document.path}`}
              onClick={() => take([document])}
            >
              Download
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function difference({ changes }: CopiedDocument): string {
  return changes === null ? "not in the room" : `+${changes.added} −${changes.removed} lines`;
}

/** Looks once the room is level with the server. What holds nothing that the room lacks is removed at once. */
function useOffer(session: RoomSession): readonly [Offer | null, () => void] {
  const [offer, setOffer] = useState<Offer | null>(null);
  const synced = useStore(session.state, (state) => state.synced);
  useEffect(() => {
    const room = session.state.get().room;
    let left = false;
    if (synced && room !== null) {
      void findOffer(session, room.epoch).then((found) => !left && setOffer(found));
    }
    return () => {
      left = true;
    };
  }, [session, synced]);
  const [finish] = useState(() => () => {
    setOffer((known) => {
      for (const name of known?.names ?? []) {
        void forgetCopy(name);
      }
      return null;
    });
  });
  return [offer, finish];
}

async function findOffer(session: RoomSession, epoch: string): Promise<Offer | null> {
  const names: string[] = [];
  const documents = new Map<string, CopiedDocument>();
  for (const name of await otherCopies(session.id, mayWrite(session.state.get()) ? epoch : null)) {
    const copy = await readCopy(name);
    const missing = documentsMissing(copy, session.doc);
    copy.destroy();
    if (missing.length === 0) {
      void forgetCopy(name);
      continue;
    }
    names.push(name);
    for (const document of missing) {
      documents.set(`${document.path}\n${document.text}`, document);
    }
  }
  return names.length === 0 ? null : { names, documents: [...documents.values()] };
}
