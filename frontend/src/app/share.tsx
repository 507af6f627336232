import { Check, Copy, Link2 } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { readLinks } from "../rooms/api";
import { messageOf } from "../rooms/refusal";
import type { RoomSession } from "../rooms/session";
import { copyText } from "../ui/clipboard";
import { notify } from "../ui/toasts";
import { useStore } from "../ui/use-store";
import type { Links } from "../wire/types";

const ROWS = [
  ["edit", "Can edit", "writes, asks and runs"],
  ["view", "Can view", "sees everything, changes nothing"],
] as const;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Hands out the links that let others in. Only owners have them. */
export function Share({ session }: { session: RoomSession }) {
  const owner = useStore(session.state, (state) => state.me?.role === "owner");
  const [links, setLinks] = useState<Links | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const opened = (open: boolean) => {
    if (open && owner) {
      readLinks(session.id).then(setLinks, (error: unknown) => setProblem(messageOf(error)));
    }
  };
  return (
    <Popover.Root onOpenChange={opened}>
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
            <>
              {problem !== null && <p className="small share-problem">{problem}</p>}
              <ul>
                {ROWS.map(([role, name, meaning]) => (
                  <li key={role}>
                    <LinkRow name={name} meaning={meaning} link={links?.[role] ?? null} />
                  </li>
                ))}
              </ul>
              <div className="share-own">
                <LinkRow
                  name="Your own link"
                  meaning="opens the room as its owner: keep it, give it to nobody"
                  link={links?.owner ?? null}
                />
              </div>
            </>
          ) : (
            <p className="small muted">
              Links are handed out by the room's owners. The address in the address bar lets nobody in by itself.
            </p>
          )}
          {LOOPBACK.test(location.hostname) && (
            <p className="small share-note">
              <strong>Works on this computer only.</strong> For other devices, start the server with <code>HOST</code>{" "}
              set to this computer's address in the network, and open the room there.
            </p>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface LinkRowProps {
  readonly name: string;
  readonly meaning: string;
  /** Null until it is known. */
  readonly link: string | null;
}

function LinkRow({ name, meaning, link }: LinkRowProps) {
  return (
    <div className="share-link">
      <p>
        <strong>{name}</strong> <span className="small muted">{meaning}</span>
      </p>
      <div>
        <input
          className="field"
          readOnly
          aria-label={`The link: ${name}`}
          value={link ?? ""}
          onFocus={(event) => event.target.select()}
        />
        <CopyButton label={`Copy the link: ${name}`} text={link} />
      </div>
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
