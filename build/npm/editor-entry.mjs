// What the console uses of CodeMirror, and nothing else, so that the bundle stays small.
export { EditorState, StateEffect, StateField, Compartment, RangeSet, Text } from "@codemirror/state";
export {
  EditorView, Decoration, GutterMarker, gutter, lineNumbers, keymap, placeholder, drawSelection, highlightActiveLine, highlightSpecialChars,
} from "@codemirror/view";
export { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
export { json } from "@codemirror/lang-json";
export { syntaxHighlighting, HighlightStyle, foldGutter, bracketMatching } from "@codemirror/language";
export { search, searchKeymap, openSearchPanel } from "@codemirror/search";
export { tags } from "@lezer/highlight";
