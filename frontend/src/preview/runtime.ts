/**
 * The first script of every page in the preview. It reports to the IDE, keeps state over reloads, and stands in for
 * what a sandboxed page lacks. The IDE names its frame `sparkroom:<nonce>:<kept>`; opened anywhere else, the page gets
 * the stand-ins alone.
 */
import { installDialogs } from "./inside/dialogs";
import { installReports } from "./inside/reports";
import { pageState, readKept, writeKept } from "./inside/state";
import { memoryCookie, memoryStorage } from "./inside/storage";
import { swapStyles } from "./inside/styles";
import { installWorkers } from "./inside/workers";
import { type FromPage, type Key, seal, type ToPage, unseal, unsealName } from "./messages";

const name = unsealName(window.name);
const kept = readKept(name?.content ?? "");
// biome-ignore lint/suspicious/noConsole: the page's console is where its author looks
const [hook, saveState] = pageState(kept.state, (...why) => window.console.error(...why));
const local = memoryStorage(kept.local ?? []);
const session = memoryStorage(kept.session ?? []);

for (const [key, value] of Object.entries({ sparkroom: hook, localStorage: local, sessionStorage: session })) {
  Object.defineProperty(window, key, { value, configurable: true });
}
Object.defineProperty(document, "cookie", memoryCookie());
installDialogs();
installWorkers();
document.currentScript?.remove();
if (name !== null && parent !== window) connect(name.nonce);

function connect(nonce: string): void {
  const ide = parent;
  const send = (message: FromPage) => ide.postMessage(seal(nonce, JSON.stringify(message)), "*");
  keepName(() => seal(nonce, writeKept(local, session, "")));
  installReports(send);
  addEventListener("message", (event) => {
    const content = event.source === ide ? unseal(nonce, event.data) : null;
    if (content === null) return;
    // The page's own listeners need not see what is not for them.
    event.stopImmediatePropagation();
    obey(JSON.parse(content) as ToPage);
  });
  addEventListener("keydown", (event) => reportKey(event, send), true);
  document.addEventListener("DOMContentLoaded", () => {
    // A task after the next frame's callbacks: by then the page has painted.
    requestAnimationFrame(() => setTimeout(send, 0, { type: "ready" }));
  });
  send({ type: "start", url: location.href });

  function obey(message: ToPage): void {
    if (message.type === "beat") send({ type: "alive", beat: message.beat });
    else if (message.type === "save") {
      send({ type: "kept", save: message.save, kept: writeKept(local, session, message.state ? saveState() : "") });
    } else if (message.type === "swap") send({ type: "swapped", count: swapStyles(message.version) });
  }
}

/** Keeps the frame's name for the page that comes next, and gives this one a `name` to do with as it likes. */
function keepName(write: () => string): void {
  // Many a script has a global variable `name`, which is this very property.
  const frame = Object.getOwnPropertyDescriptor(window, "name");
  const keep = () => frame?.set?.call(window, write());
  let own = "";
  Object.defineProperty(window, "name", {
    configurable: true,
    get: () => own,
    set: (value) => {
      own = `${value}`;
    },
  });
  keep();
  // A name that is set when the page is hidden comes too late in Chromium.
  addEventListener("beforeunload", keep);
}

function reportKey(event: KeyboardEvent, send: (message: FromPage) => void): void {
  const mod = event.ctrlKey || event.metaKey;
  let key: Key | null = null;
  if (event.key === "Escape" && !mod && !event.altKey && !event.shiftKey) key = "Escape";
  if (event.key === "." && mod) key = "Mod-.";
  if (key !== null && !event.repeat) send({ type: "key", key });
}
