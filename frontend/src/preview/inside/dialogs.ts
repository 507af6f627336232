/** Stand-ins for alert, confirm and prompt, which a sandboxed page may not open and which would stop the page. */

const SHOWN_MS = 5_000;
const FRAME_STYLE =
  "all:initial;position:fixed;inset:9px 9px auto;z-index:2147483647;display:grid;place-items:center;gap:8px;pointer-events:none";
const NOTE_STYLE =
  "max-width:44ch;padding:10px 14px;border-radius:8px;background:#1d2128;color:#fff;font:14px/1.4 system-ui;white-space:pre-wrap;overflow-wrap:anywhere";

/** Puts the three on `window`. Each shows a note in the page; `confirm` is answered with OK and `prompt` as it stands. */
export function installDialogs(): void {
  const note = notes();
  const answered = (message: unknown, how: string) => note(`${message}\n(A preview cannot ask, so this was ${how}.)`);
  window.alert = (message = "") => note(`${message}`);
  window.confirm = (message = "") => {
    answered(message, "answered with OK");
    return true;
  };
  window.prompt = (message = "", standing) => {
    answered(message, standing === undefined ? "cancelled" : `answered with “${standing}”`);
    return standing === undefined ? null : `${standing}`;
  };
}

function notes(): (text: string) => void {
  let place: ShadowRoot | undefined;
  return (text) => {
    if (place === undefined) {
      const host = document.createElement("div");
      host.style.cssText = FRAME_STYLE;
      place = host.attachShadow({ mode: "closed" });
      document.documentElement.append(host);
    }
    if (place.childElementCount > 2) place.firstElementChild?.remove();
    const line = document.createElement("div");
    line.setAttribute("role", "status");
    line.style.cssText = NOTE_STYLE;
    line.textContent = text.slice(0, 400);
    place.append(line);
    setTimeout(() => line.remove(), SHOWN_MS);
  };
}
