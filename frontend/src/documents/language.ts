/** Which language a path is written in. Each language is a chunk of its own, fetched when its first file is opened. */
import type { Extension } from "@codemirror/state";

type Loader = () => Promise<Extension>;

const javascript =
  (options: { jsx?: boolean; typescript?: boolean }): Loader =>
  async () =>
    (await import("@codemirror/lang-javascript")).javascript(options);
const html: Loader = async () => (await import("@codemirror/lang-html")).html();
const css: Loader = async () => (await import("@codemirror/lang-css")).css();
const json: Loader = async () => (await import("@codemirror/lang-json")).json();
const python: Loader = async () => (await import("@codemirror/lang-python")).python();
const markdown: Loader = async () => (await import("@codemirror/lang-markdown")).markdown();

const LOADERS: Readonly<Record<string, Loader>> = {
  js: javascript({ jsx: true }),
  mjs: javascript({}),
  cjs: javascript({}),
  jsx: javascript({ jsx: true }),
  ts: javascript({ typescript: true }),
  mts: javascript({ typescript: true }),
  cts: javascript({ typescript: true }),
  tsx: javascript({ jsx: true, typescript: true }),
  html,
  htm: html,
  svg: html,
  css,
  json,
  py: python,
  md: markdown,
  markdown,
};

/** The language of `path`, or nothing for plain text. */
export async function loadLanguage(path: string): Promise<Extension> {
  const loader = LOADERS[extensionOf(path)];
  return loader === undefined ? [] : await loader();
}

/** Lower case, without the dot; empty if there is none. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot < 1 ? "" : name.slice(dot + 1).toLowerCase();
}
