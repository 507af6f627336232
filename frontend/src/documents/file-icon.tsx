import { Braces, FileCode2, FileText, Film, Globe, Image, Music, Palette, Type } from "lucide-react";
import { extensionOf } from "./language";

const KINDS: Readonly<Record<string, readonly [typeof Globe, string]>> = {
  html: [Globe, "var(--code-tag)"],
  htm: [Globe, "var(--code-tag)"],
  css: [Palette, "var(--code-name)"],
  js: [FileCode2, "var(--code-attribute)"],
  mjs: [FileCode2, "var(--code-attribute)"],
  cjs: [FileCode2, "var(--code-attribute)"],
  jsx: [FileCode2, "var(--code-attribute)"],
  ts: [FileCode2, "var(--code-name)"],
  tsx: [FileCode2, "var(--code-name)"],
  py: [FileCode2, "var(--code-string)"],
  json: [Braces, "var(--code-number)"],
  ...kinds(["svg", "png", "jpg", "jpeg", "gif", "webp", "avif", "ico"], [Image, "var(--code-type)"]),
  ...kinds(["woff", "woff2", "ttf", "otf"], [Type, "var(--code-number)"]),
  ...kinds(["mp3", "wav", "ogg", "flac", "m4a"], [Music, "var(--code-keyword)"]),
  ...kinds(["mp4", "webm", "ogv"], [Film, "var(--code-keyword)"]),
};

function kinds<Kind>(extensions: readonly string[], kind: Kind): Record<string, Kind> {
  return Object.fromEntries(extensions.map((extension) => [extension, kind]));
}

/** The kind of a file, at a glance. */
export function FileIcon({ path }: { path: string }) {
  const [Icon, colour] = KINDS[extensionOf(path)] ?? [FileText, "var(--fg-muted)"];
  return <Icon className="icon" style={{ color: colour }} aria-hidden="true" />;
}
