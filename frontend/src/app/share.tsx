import { Check, Copy, Link2, QrCode as QrIcon, RefreshCw } from "lucide-react";
import { Popover } from "radix-ui";
import { lazy, Suspense, useEffect, useState } from "react";
import { readLinks, replaceLink } from "../rooms/api";
import { messageOf } from "../rooms/refusal";
import type { RoomSession } from "../rooms/session";
import { copyText } from "../ui/clipboard";
import { IconButton } from "../ui/icon-button";
import { notify, notifyError } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import type { Role, RoomLinks } from "../wire/types";
import "./share.css";

const QrCode = lazy(() => import("./qr-code"));

const ROWS = [
  ["edit", "editor", "Can edit", "writes, asks and runs"],
  ["view", "viewer", "Can view", "sees everything, changes nothing"],
  ["owner", "owner", "Your own link", "opens the room as its owner: keep it, give it to nobody"],
] as const;

/** Hands out the links that let others in. Only owners have them. */
export function Share({ session }: { session: RoomSession }) {
  const owner = useStore(session.state, (state) => state.me?.role === "owner");
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button type="button" className="button share-button" aria-label="Share">
          <Link2 className="icon" />
          <span>Share</span>
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover share" align="end" sideOffset={6} collisionPadding={8}>
          <h2>Let others in</h2>
          {owner ? (
            <LinkList room={session.id} />
          ) : (
            <p className="small muted">
              Links are handed out by the room's owners. The address in the address bar lets nobody in by itself.
            </p>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function LinkList({ room }: { room: string }) {
  const [links, setLinks] = useState<RoomLinks | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [scanned, setScanned] = useState<string | null>(null);
  const [replaced, setReplaced] = useState<Role | null>(null);
  // Read anew whenever the panel opens: somebody may have replaced them, and addresses change with the network.
  useEffect(() => {
    readLinks(room).then(setLinks, (error: unknown) => setProblem(messageOf(error)));
  }, [room]);
  const replace = async (role: Role) => {
    try {
      await replaceLink(room, role);
      setLinks(await readLinks(room));
      notify(`The old link opens nothing any more. Who was here as ${role} needs the new one.`);
    } catch (error) {
      notifyError(error);
    }
    setReplaced(null);
  };
  const origins = links?.origins ?? [];
  const origin = origins.find((one) => one === chosen) ?? origins[0] ?? null;
  return (
    <>
      {problem !== null && <p className="small share-problem">{problem}</p>}
      <ul>
        {ROWS.map(([key, role, name, meaning]) => (
          <li key={key} className={role === "owner" ? "share-own" : ""}>
            <LinkRow
              name={name}
              meaning={meaning}
              link={links === null ? null : linkAt(origin, links[key])}
              scannable={origin !== null}
              scanned={scanned === key}
              onScan={() => setScanned(scanned === key ? null : key)}
              onReplace={() => setReplaced(replaced === role ? null : role)}
            />
            {replaced === role && (
              <p className="share-replace small">
                <span>
                  {role === "owner"
                    ? "Other owners are out until they have the new one; you stay."
                    : `Whoever is here as ${role} is out until they have the new one.`}
                </span>
                <button type="button" className="button danger" onClick={() => void replace(role)}>
                  Replace it
                </button>
              </p>
            )}
          </li>
        ))}
      </ul>
      {origins.length > 1 && (
        <label className="share-address small">
          <span className="muted">This computer's address in the other device's network</span>
          <select className="field" value={origin ?? ""} onChange={(event) => setChosen(event.target.value)}>
            {origins.map((one) => (
              <option key={one} value={one}>
                {new URL(one).host}
              </option>
            ))}
          </select>
        </label>
      )}
      {links !== null && origin === null && (
        <p className="small share-note">
          <strong>Works on this computer only.</strong> To let other devices in, stop the server and start it with{" "}
          <code>HOST=0.0.0.0 make run</code>
        </p>
      )}
    </>
  );
}

interface LinkRowProps {
  readonly name: string;
  readonly meaning: string;
  /** Null until it is known. */
  readonly link: string | null;
  /** Whether another device could open the link. */
  readonly scannable: boolean;
  readonly scanned: boolean;
  readonly onScan: () => void;
  readonly onReplace: () => void;
}

function LinkRow({ name, meaning, link, scannable, scanned, onScan, onReplace }: LinkRowProps) {
  return (
    <div className="share-link">
      <p>
        <strong>{name}</strong> <span className="small muted">{meaning}</span>
      </p>
      <div className="share-row">
        <input
          className="field"
          readOnly
          aria-label={`The link: ${name}`}
          value={link ?? ""}
          onFocus={(event) => event.target.select()}
        />
        {scannable && (
          <IconButton label={`QR code: ${name}`} aria-expanded={scanned} onClick={onScan}>
            <QrIcon className="icon" />
          </IconButton>
        )}
        <IconButton label={`Replace the link: ${name}`} onClick={onReplace}>
          <RefreshCw className="icon" />
        </IconButton>
        <CopyButton label={`Copy the link: ${name}`} text={link} />
      </div>
      {scanned && scannable && link !== null && (
        <div className="share-scan">
          <Suspense>
            <QrCode text={link} label={`The link as a QR code: ${name}`} />
            <p className="small muted">Point the other device's camera at it.</p>
          </Suspense>
        </div>
      )}
    </div>
  );
}

function CopyButton({ label, text }: { label: string; text: string | null }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    if (text === null) {
      return;
    }
    if (await copyText(text)) {
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    } else {
      notify(`Copying is not allowed here. The link is ${text}`);
    }
  };
  return (
    <button type="button" className="button" aria-label={label} disabled={text === null} onClick={copy}>
      {copied ? <Check className="icon" /> : <Copy className="icon" />}
      <span aria-live="polite">{copied ? "Copied" : "Copy"}</span>
    </button>
  );
}

/** A link as it reads under another of the server's origins; as it is where `origin` is null. */
function linkAt(origin: string | null, link: string): string {
  const { pathname, hash } = new URL(link);
  return origin === null ? link : `${origin}${pathname}${hash}`;
}
