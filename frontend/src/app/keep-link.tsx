import { KeyRound, X } from "lucide-react";
import { readLinks } from "../rooms/api";
import { copyText } from "../ui/clipboard";
import { IconButton } from "../ui/icon-button";
import { notify, notifyError } from "../ui/toasts";
import { Notice } from "./notice";
import { useOnce } from "./use-once";

/** Owners are told once, in each browser: without their link, another browser does not know them. */
export function KeepLink({ room }: { room: string }) {
  const [told, finish] = useOnce(`sparkroom:link-kept:${room}`);
  if (told) {
    return null;
  }
  const copy = async () => {
    try {
      const { owner } = await readLinks(room);
      if (await copyText(owner)) {
        notify("Your link was copied. Keep it where you find it again.");
        finish();
      } else {
        notify(`Copying is not allowed here. The link is ${owner}`);
      }
    } catch (error) {
      notifyError(error);
    }
  };
  return (
    <Notice
      icon={<KeyRound className="icon" />}
      words="Keep your own link: it opens this room as yours in any browser. The address bar does not have it."
    >
      <button type="button" className="button" onClick={() => void copy()}>
        Copy my link
      </button>
      <IconButton label="Dismiss: keep your link" onClick={finish}>
        <X className="icon" />
      </IconButton>
    </Notice>
  );
}
