/** How the editor looks: all colours are the page's tokens, so both themes need one definition. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const look = EditorView.theme({
  "&": { height: "100%", color: "var(--fg)", backgroundColor: "var(--bg-raised)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.6" },
  ".cm-content": { padding: "8px 0 40vh", caretColor: "var(--fg)" },
  ".cm-line": { padding: "0 12px 0 6px" },
  ".cm-cursor": { borderLeftColor: "var(--fg)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 28%, transparent)",
  },
  ".cm-gutters": { backgroundColor: "var(--bg-raised)", color: "var(--fg-faint)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "32px", padding: "0 4px 0 12px" },
  ".cm-foldGutter .cm-gutterElement": { padding: "0 2px", opacity: "0", transition: "opacity var(--fast)" },
  ".cm-gutters:hover .cm-foldGutter .cm-gutterElement": { opacity: "1" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--fg) 4%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--fg)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)", outline: "1px solid var(--accent)" },
  ".cm-selectionMatch": { backgroundColor: "color-mix(in srgb, var(--accent) 16%, transparent)" },
  ".cm-searchMatch": { backgroundColor: "var(--warn-soft)", outline: "1px solid var(--warn)" },
  ".cm-searchMatch-selected": { backgroundColor: "color-mix(in srgb, var(--warn) 45%, transparent)" },
  ".cm-foldPlaceholder": {
    backgroundColor: "var(--bg-sunken)",
    border: "1px solid var(--border)",
    color: "var(--fg-muted)",
  },
  ".cm-panels": { backgroundColor: "var(--bg)", color: "var(--fg)" },
  ".cm-panels-bottom": { borderTop: "1px solid var(--border)" },
  ".cm-panel.cm-search": { padding: "8px 32px 8px 12px", fontFamily: "var(--font-ui)" },
  ".cm-panel.cm-search label": { fontSize: "var(--text-sm)" },
  ".cm-textfield": {
    minHeight: "26px",
    border: "1px solid var(--border-strong)",
    borderRadius: "var(--radius-sm)",
    backgroundColor: "var(--bg-raised)",
    fontSize: "var(--text-sm)",
  },
  ".cm-button": {
    minHeight: "26px",
    border: "1px solid var(--border)",
    borderRadius: "var(--radius-sm)",
    backgroundImage: "none",
    backgroundColor: "var(--bg-raised)",
    fontSize: "var(--text-sm)",
  },
  ".cm-tooltip": {
    border: "1px solid var(--border)",
    borderRadius: "var(--radius)",
    backgroundColor: "var(--bg-raised)",
    boxShadow: "var(--shadow)",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)", fontSize: "12.5px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 8px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--accent-fg)" },
  ".cm-written": { backgroundColor: "var(--model-line)", transition: "background-color 600ms" },
  "&.cm-writtenWhole .cm-written": { backgroundColor: "transparent" },
  ".cm-gutterElement.cm-writtenGutter": { boxShadow: "inset -3px 0 0 var(--model)" },
  ".cm-foldGutter .cm-gutterElement.cm-writtenGutter": { boxShadow: "none" },
  // A name is read when a cursor has just moved, and then leaves the text alone.
  ".cm-ySelectionInfo": {
    top: "-1.5em",
    padding: "0 5px",
    borderRadius: "3px 3px 3px 0",
    fontFamily: "var(--font-ui)",
    fontSize: "11px",
    fontWeight: "600",
    lineHeight: "1.5",
    opacity: "0",
    animation: "caret-name 2.4s",
    transition: "opacity var(--fast)",
  },
  ".cm-line:first-child .cm-ySelectionInfo": { top: "1.5em" },
  ".cm-ySelectionCaret:hover > .cm-ySelectionInfo": { opacity: "1" },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.attributeValue], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.unit, tags.color], color: "var(--code-number)" },
  { tag: [tags.comment, tags.meta, tags.docString], color: "var(--code-comment)", fontStyle: "italic" },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.labelName],
    color: "var(--code-name)",
  },
  { tag: [tags.typeName, tags.className, tags.namespace], color: "var(--code-type)" },
  { tag: [tags.tagName, tags.angleBracket], color: "var(--code-tag)" },
  { tag: [tags.attributeName, tags.propertyName], color: "var(--code-attribute)" },
  { tag: [tags.punctuation, tags.operator, tags.bracket], color: "var(--code-punctuation)" },
  { tag: tags.heading, color: "var(--code-name)", fontWeight: "600" },
  { tag: [tags.link, tags.url], color: "var(--code-name)", textDecoration: "underline" },
  { tag: tags.strong, fontWeight: "700" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: tags.invalid, color: "var(--bad)" },
]);

export const editorTheme: Extension = [look, syntaxHighlighting(colours)];
