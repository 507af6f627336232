import { Braces, FileCode2, FileText, Globe, Image, Palette } from "lucide-react";
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
  svg: [Image, "var(--code-type)"],
};

/** The kind of a file, at a glance. */
export function FileIcon({ path }: { path: string }) {
  const [Icon, colour] = KINDS[extensionOf(path)] ?? [FileText, "var(--fg-muted)"];
  return <Icon className="icon" style={{ color: colour }} aria-hidden="true" />;
}
