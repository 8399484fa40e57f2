// What the console uses of CodeMirror, and nothing else, so that the bundle stays small.
export { EditorState, StateEffect, StateField, Compartment } from "@codemirror/state";
export { EditorView, Decoration, lineNumbers, keymap, placeholder, drawSelection, highlightActiveLine } from "@codemirror/view";
export { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
export { json } from "@codemirror/lang-json";
export { syntaxHighlighting, HighlightStyle, foldGutter, bracketMatching } from "@codemirror/language";
export { search, searchKeymap } from "@codemirror/search";
export { tags } from "@lezer/highlight";
