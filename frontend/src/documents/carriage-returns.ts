/**
 * Texts may hold "\r\n". Offsets in the editor must equal offsets in the Y.Text, so lines are divided at "\n" alone and
 * the "\r" before it is kept, but neither shown nor stopped at.
 */
import { EditorState, type Extension } from "@codemirror/state";
import { Decoration, EditorView, MatchDecorator, ViewPlugin, type ViewUpdate } from "@codemirror/view";

const matcher = new MatchDecorator({ regexp: /\r/g, decoration: Decoration.replace({}) });

const hidden = ViewPlugin.fromClass(
  class {
    decorations;
    constructor(view: EditorView) {
      this.decorations = matcher.createDeco(view);
    }
    update(update: ViewUpdate) {
      this.decorations = matcher.updateDeco(update, this.decorations);
    }
  },
  {
    decorations: (plugin) => plugin.decorations,
    provide: (plugin) => EditorView.atomicRanges.of((view) => view.plugin(plugin)?.decorations ?? Decoration.none),
  },
);

export const carriageReturns: Extension = [
  EditorState.lineSeparator.of("\n"),
  // What is pasted takes plain line ends, whatever the other program used.
  EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, "\n")),
  hidden,
];
