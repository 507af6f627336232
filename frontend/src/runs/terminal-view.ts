/** A terminal on the page, in the colours of the theme. Loaded only when a run is looked at. */
import { FitAddon } from "@xterm/addon-fit";
import { type ITheme, Terminal } from "@xterm/xterm";
import { theme } from "../ui/theme";
import type { Terminal as Size } from "../wire/types";
import "@xterm/xterm/css/xterm.css";
import { OutputFeed } from "./output";

export interface TerminalListener {
  typed(data: string): void;
  /** The terminal has room for so many characters now. */
  sized(size: Size): void;
}

export class TerminalView {
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #undo: (() => void)[] = [];
  #run: string | null = null;
  #feed = new OutputFeed();

  constructor(
    private readonly host: HTMLElement,
    private readonly listener: TerminalListener,
  ) {
    this.#terminal = new Terminal({
      // Runs without a terminal of their own end their lines with \n alone.
      convertEol: true,
      disableStdin: true,
      cursorInactiveStyle: "none",
      fontFamily: getComputedStyle(host).fontFamily,
      fontSize: 12.5,
      lineHeight: 1.25,
      scrollback: 10_000,
      overviewRuler: { width: 10 },
      theme: colours(),
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.open(host);
    const observer = new ResizeObserver(() => this.#resize());
    observer.observe(host);
    const data = this.#terminal.onData((typed) => this.listener.typed(typed));
    this.#undo.push(
      () => observer.disconnect(),
      () => data.dispose(),
      theme.subscribe(() => {
        this.#terminal.options.theme = colours();
      }),
    );
    this.#drawCursor();
    this.#resize();
  }

  /** Shows the whole output of a run as it is now known; that of another run begins on an empty screen. */
  show(run: string | null, output: string): void {
    if (run !== this.#run) {
      this.#run = run;
      this.#feed = new OutputFeed();
      this.#empty();
    }
    const { reset, text } = this.#feed.take(output);
    if (reset) this.#empty();
    if (text !== "") this.#terminal.write(text);
  }

  /** Lets people type, or not. */
  accept(keys: boolean): void {
    this.#terminal.options.disableStdin = !keys;
    this.#terminal.options.cursorBlink = keys;
    this.#drawCursor();
  }

  focus(): void {
    this.#terminal.focus();
  }

  close(): void {
    for (const undo of this.#undo) undo();
    this.#terminal.dispose();
  }

  #empty(): void {
    this.#terminal.reset();
    this.#drawCursor();
  }

  /** There is a cursor only where typing does something. */
  #drawCursor(): void {
    this.#terminal.write(this.#terminal.options.disableStdin ? "\x1b[?25l" : "\x1b[?25h");
  }

  #resize(): void {
    // A pane that is hidden has no size, and gets one when it is shown.
    if (this.host.clientWidth === 0 || this.host.clientHeight === 0) return;
    this.#fit.fit();
    const { cols, rows } = this.#terminal;
    this.listener.sized({ columns: within(cols, 20, 400), rows: within(rows, 5, 200) });
  }
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** The theme's tokens as a terminal's colours. */
function colours(): ITheme {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const [black, white] = document.documentElement.dataset.theme === "dark" ? ["bg-active", "fg"] : ["fg", "border"];
  return {
    background: token("bg-raised"),
    foreground: token("fg"),
    cursor: token("accent"),
    cursorAccent: token("accent-fg"),
    selectionBackground: token("bg-active"),
    scrollbarSliderBackground: token("bg-active"),
    scrollbarSliderHoverBackground: token("border-strong"),
    scrollbarSliderActiveBackground: token("border-strong"),
    overviewRulerBorder: token("bg-raised"),
    black: token(black as string),
    red: token("bad"),
    green: token("ok"),
    yellow: token("warn"),
    blue: token("code-name"),
    magenta: token("code-keyword"),
    cyan: token("code-type"),
    white: token(white as string),
    brightBlack: token("fg-faint"),
    brightRed: token("bad"),
    brightGreen: token("ok"),
    brightYellow: token("warn"),
    brightBlue: token("code-name"),
    brightMagenta: token("code-keyword"),
    brightCyan: token("code-type"),
    brightWhite: token("fg"),
  };
}
