// The DAG editor of the dry-run page. Text lives here and goes to the server by HTTP; over the circuit go short notices and stream references only.
import {
  Compartment, Decoration, EditorState, EditorView, GutterMarker, HighlightStyle, RangeSet, StateEffect, StateField, Text,
  bracketMatching, defaultKeymap, drawSelection, foldGutter, gutter, highlightActiveLine, highlightSpecialChars, history, historyKeymap,
  json, keymap, lineNumbers, openSearchPanel, placeholder, search, searchKeymap, syntaxHighlighting, tags,
} from "../lib/editor.js";
import { formatJson } from "./json-format.js";

const LIVE_LIMIT = 1024 * 1024;          // typing is checked by itself up to this many characters
const EDITOR_LIMIT = 16 * 1024 * 1024;   // more is kept as an attachment and shown in part
const LONG_LINE = 2000;                  // a line this long is shown broken into lines
const LONG_PASTE = 100 * 1024;           // a paste this long replaces the text as a whole when all of it is selected
const HIGHLIGHT_LIMIT = 4 * 1024 * 1024; // colours cost memory; larger texts go without
const WINDOW = 32 * 1024;
const TYPING_PAUSE = 500;
const KEPT = "qmtl-console.dry-run.text";

const setFindings = StateEffect.define();
const setTarget = StateEffect.define();

class FindingMarker extends GutterMarker {
  constructor(severity) { super(); this.severity = severity; }
  eq(other) { return other.severity === this.severity; }
  toDOM() {
    const mark = document.createElement("span");
    mark.className = "finding-mark finding-mark-" + this.severity;
    mark.textContent = this.severity === "error" ? "✕" : "!";
    mark.title = this.severity === "error" ? "Error on this line" : "Warning on this line";
    return mark;
  }
}
const MARKERS = { error: new FindingMarker("error"), warning: new FindingMarker("warning") };

const findingMarks = StateField.define({
  create: () => ({ lines: Decoration.none, gutter: RangeSet.empty }),
  update(value, transaction) {
    if (transaction.docChanged) {
      value = { lines: value.lines.map(transaction.changes), gutter: value.gutter.map(transaction.changes) };
    }
    for (const effect of transaction.effects) {
      if (effect.is(setFindings)) value = buildMarks(transaction.state.doc, effect.value);
    }
    return value;
  },
  provide: (field) => EditorView.decorations.from(field, (value) => value.lines),
});

const targetMark = StateField.define({
  create: () => Decoration.none,
  update(value, transaction) {
    value = value.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setTarget)) {
        value = effect.value ? Decoration.set([Decoration.mark({ class: "finding-target" }).range(effect.value.from, effect.value.to)]) : Decoration.none;
      }
    }
    return value;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function buildMarks(doc, findings) {
  const lines = [];
  const worst = new Map();
  for (const finding of findings) {
    const range = rangeOf(doc, finding.at);
    if (!range) continue;
    // A finding about a whole node would underline pages of text: its first line is enough.
    const to = Math.min(range.to, doc.lineAt(range.from).to, range.from + 400);
    if (to > range.from) lines.push(Decoration.mark({ class: "finding-line finding-line-" + finding.severity }).range(range.from, to));
    const line = doc.lineAt(range.from).from;
    if (worst.get(line) !== "error") worst.set(line, finding.severity);
  }
  const marks = [...worst].map(([from, severity]) => MARKERS[severity].range(from));
  return { lines: Decoration.set(lines, true), gutter: RangeSet.of(marks, true) };
}

// Lines and columns, not offsets: the editor counts any line break as one character.
function rangeOf(doc, at) {
  if (!at || at.line < 1 || at.line > doc.lines) return null;
  const line = doc.line(at.line);
  const from = Math.min(line.from + Math.max(0, at.column - 1), line.to);
  return { from, to: Math.min(from + Math.max(1, at.length), doc.length) };
}

const colours = HighlightStyle.define([
  { tag: tags.propertyName, class: "json-key" },
  { tag: tags.string, class: "json-string" },
  { tag: tags.number, class: "json-number" },
  { tag: [tags.bool, tags.null], class: "json-word" },
  { tag: tags.invalid, class: "json-invalid" },
]);

/** Makes an editor in the host. notify has OnText, OnAnswer, OnProgress. */
export function create(host, fileInput, dropZone, notify, options) {
  return new DagEditor(host, fileInput, dropZone, notify, options);
}

class DagEditor {
  #view; #notify; #options; #language = new Compartment(); #readOnly = new Compartment();
  #attachment = null;   // a file or blob too large for the editor
  #file = null;         // the file the text came from, sent as it is while the text is unedited
  #name = "";
  #original = null;     // what was there before "show decoded"
  #findings = [];
  #window = null;       // start of the shown part of an attachment
  #context = { world: "", generation: "" };
  #loads = 0;           // how many texts were put in as a whole
  #typing = 0; #request = null; #edited = false; #disposed = false; #aborts = new AbortController();

  constructor(host, fileInput, dropZone, notify, options) {
    this.#notify = notify;
    this.#options = options;
    this.#context = { world: options.world ?? "", generation: options.generation ?? "" };
    this.#view = new EditorView({ parent: host, state: this.#state(options.empty ? "" : kept()) });
    const signal = this.#aborts.signal;
    fileInput?.addEventListener("change", () => {
      if (fileInput.files.length > 0) this.openFile(fileInput.files[0]);
      fileInput.value = "";
    }, { signal });
    dropZone.addEventListener("dragover", (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      dropZone.classList.add("dropping");
    }, { signal });
    dropZone.addEventListener("dragleave", (event) => {
      if (!dropZone.contains(event.relatedTarget)) dropZone.classList.remove("dropping");
    }, { signal });
    dropZone.addEventListener("drop", (event) => {
      dropZone.classList.remove("dropping");
      const file = event.dataTransfer.files[0];
      if (!file) return;
      event.preventDefault();
      event.stopPropagation();
      this.openFile(file);
    }, { signal, capture: true });
    window.addEventListener("pagehide", () => this.#keep(), { signal });
    this.#announce();
    if (this.#view.state.doc.length > 0) this.#later();
  }

  #state(doc) {
    const text = typeof doc === "string" ? doc : doc.toString();
    return EditorState.create({
      doc,
      extensions: [
        lineNumbers(), gutter({ class: "finding-gutter", markers: (view) => view.state.field(findingMarks).gutter, initialSpacer: () => MARKERS.warning }),
        foldGutter(), highlightSpecialChars(), history(), drawSelection(), highlightActiveLine(), bracketMatching(), search({ top: true }),
        this.#language.of(text.length <= HIGHLIGHT_LIMIT ? json() : []),
        this.#readOnly.of([]),
        syntaxHighlighting(colours), findingMarks, targetMark,
        placeholder("Paste a DAG here: bare or in a submission envelope, JSON or base64. Or drop a file."),
        EditorView.contentAttributes.of({ "aria-label": "DAG text", spellcheck: "false" }),
        keymap.of([{ key: "Mod-Enter", run: () => { this.run(); return true; } }, ...defaultKeymap, ...historyKeymap, ...searchKeymap]),
        EditorView.domEventHandlers({ paste: (event) => this.#paste(event) }),
        EditorView.updateListener.of((update) => { if (update.docChanged) this.#changed(update); }),
      ],
    });
  }

  // ---- text in

  #paste(event) {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const { from, to } = this.#view.state.selection.main;
    const length = this.#view.state.doc.length;
    if (text.length === 0 || (length > 0 && text.length < LONG_PASTE)) return false;
    const replacesAll = from === 0 && to === length;
    if (!replacesAll && text.length <= EDITOR_LIMIT) return false;
    event.preventDefault();
    this.#show(text, "pasted text", text.length > EDITOR_LIMIT ? new Blob([text], { type: "application/json" }) : null, false);
    return true;
  }

  async openFile(file) {
    this.#abandon();
    if (file.size > EDITOR_LIMIT) {
      const head = await file.slice(0, WINDOW).text();
      this.#show(head, file.name, file, true);
      return;
    }
    const bytes = await file.arrayBuffer();
    let text;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      // Not UTF-8: shown as well as can be, but sent as it is, so that the server can say where it breaks.
      this.#show(new TextDecoder().decode(bytes), file.name, file, false, true);
      return;
    }
    this.#show(text, file.name, file, false);
  }

  /** Loads a DAG of this console by its address. */
  async openUrl(url, name) {
    this.#abandon();
    try {
      const response = await fetch(url, { signal: this.#aborts.signal });
      if (!response.ok) {
        await this.#answer("load", response.status, null, new Uint8Array(await response.arrayBuffer()));
        return;
      }
      await this.openFile(new File([await response.blob()], name));
    } catch (error) {
      if (error.name !== "AbortError") await this.#answer("load", 0, null, null);
    }
  }

  // whole: the blob to send in place of the text while that is unedited; partly: the text is only its start; asItIs: never break its lines.
  #show(text, name, whole, partly, asItIs) {
    const large = whole !== null && (partly || whole.size > EDITOR_LIMIT);
    let shown = large ? text.slice(0, WINDOW) : text;
    let broken = false;
    if (!large && !asItIs && hasLongLine(shown)) {
      const formatted = looksLikeJson(shown) ? formatJson(shown) : wrap(shown);
      broken = formatted !== shown;
      shown = formatted;
    }
    this.#attachment = large ? whole : null;
    // Broken into lines it is another text: findings must point into what is shown, so that is what is sent.
    this.#file = large || broken ? null : whole;
    this.#name = name;
    this.#original = null;
    this.#window = large ? 0 : null;
    this.#setText(shown, large);
    this.#loads++;
    this.#edited = false;
    this.#announce(broken);
    if (shown.length > 0) {
      if (large || shown.length > LIVE_LIMIT) { if (!large) this.check(); } else this.#later(0);
    }
  }

  #setText(text, readOnly) {
    const doc = Text.of(text.split(/\r\n?|\n/));
    this.#findings = [];
    this.#view.setState(this.#state(doc));
    if (readOnly) this.#view.dispatch({ effects: this.#readOnly.reconfigure([EditorState.readOnly.of(true)]) });
  }

  #changed() {
    if (this.#edited === false) this.#edited = true;
    this.#file = null;
    this.#announce();
    if (this.#view.state.doc.length <= LIVE_LIMIT) this.#later();
  }

  clear() {
    this.#abandon();
    this.#show("", "", null, false);
    sessionStorage.removeItem(KEPT);
    this.#view.focus();
  }

  /** Breaks the text into lines without touching a token. */
  format() {
    if (this.#attachment) return;
    const text = formatJson(this.#view.state.doc.toString());
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
    this.#view.focus();
  }

  find() {
    this.#view.focus();
    openSearchPanel(this.#view);
  }

  focus() { this.#view.focus(); }

  // ---- decoded text

  async decode() {
    if (this.#attachment) return;
    const before = { text: this.#view.state.doc.toString(), file: this.#file, name: this.#name };
    const response = await this.#send("decode", "/api/v1/dag-decode", this.#body(), {});
    if (!response || response.status !== 200) return;
    this.#show(new TextDecoder().decode(response.bytes), before.name ? before.name + " (decoded)" : "decoded DAG", null, false);
    this.#original = before;
    this.#announce();
  }

  restore() {
    const before = this.#original;
    if (!before) return;
    this.#show(before.text, before.name, before.file, false);
  }

  // ---- to the server

  setContext(world, generation) {
    const changed = world !== this.#context.world || generation !== this.#context.generation;
    this.#context = { world, generation };
    if (changed && this.#hasText() && this.#view.state.doc.length <= LIVE_LIMIT && !this.#attachment) this.#later(0);
  }

  async check() {
    if (!this.#hasText()) return;
    clearTimeout(this.#typing);
    const response = await this.#send("check", "/api/v1/dag-check" + this.#query(), this.#body(), {});
    if (!response) return;
    if (response.status === 200) this.#mark(JSON.parse(new TextDecoder().decode(response.bytes)));
    await this.#answer("check", response.status, response.retryAfter, response.bytes);
  }

  async run() {
    if (!this.#hasText()) return;
    clearTimeout(this.#typing);
    const response = await this.#send("run", "/api/v1/dry-runs" + this.#query(), this.#body(), { Prefer: "return=minimal" });
    if (!response) return;
    await this.#answer("run", response.status, response.retryAfter, response.bytes);
  }

  cancel() { this.#abandon(); }

  #abandon() {
    clearTimeout(this.#typing);
    const request = this.#request;
    this.#request = null;
    request?.abort();
  }

  #hasText() { return this.#attachment !== null || this.#view.state.doc.length > 0; }

  #body() { return this.#attachment ?? this.#file ?? new Blob([this.#view.state.doc.toString()]); }

  #query() {
    const query = new URLSearchParams();
    if (this.#context.world) query.append("world_id", this.#context.world);
    if (this.#context.generation) query.append("generation", this.#context.generation);
    const text = query.toString();
    return text ? "?" + text : "";
  }

  // XMLHttpRequest, because fetch does not tell how much of a body has been sent. Answers null when it was cancelled.
  #send(kind, url, body, headers) {
    this.#abandon();
    if (body.size > this.#options.dagBytes) {
      this.#call("OnTooLarge", kind, body.size);
      return Promise.resolve(null);
    }
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      this.#request = request;
      const started = performance.now();
      let told = 0;
      const finish = (value) => {
        if (this.#request === request) this.#request = null;
        resolve(value);
      };
      request.open("POST", url);
      request.responseType = "arraybuffer";
      request.setRequestHeader("Content-Type", "application/json");
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.upload.onprogress = (event) => {
        const now = performance.now();
        if (event.total > 0 && now - started > 200 && (now - told > 200 || event.loaded === event.total)) {
          told = now;
          this.#call("OnProgress", kind, event.loaded, event.total);
        }
      };
      request.onload = () => finish({ status: request.status, retryAfter: request.getResponseHeader("Retry-After"), bytes: new Uint8Array(request.response ?? 0) });
      request.onerror = () => finish({ status: 0, retryAfter: null, bytes: new Uint8Array(0) });
      request.onabort = () => { this.#call("OnCancelled", kind); finish(null); };
      this.#call("OnSending", kind, body.size);
      request.send(body);
    });
  }

  #answer(kind, status, retryAfter, bytes) {
    const seconds = retryAfter ? Number.parseInt(retryAfter, 10) || null : null;
    return this.#call("OnAnswer", kind, status, seconds, DotNet.createJSStreamReference(bytes ?? new Uint8Array(0)));
  }

  async #call(method, ...values) {
    if (this.#disposed) return;
    try {
      await this.#notify.invokeMethodAsync(method, ...values);
    } catch (error) {
      if (!this.#disposed) console.warn("dry-run:", method, error);
    }
  }

  // ---- findings

  #mark(report) {
    this.#findings = report.findings.items;
    const inPlace = !report.input.decoded && !this.#attachment;
    this.#view.dispatch({ effects: [setFindings.of(inPlace ? this.#findings : []), setTarget.of(null)] });
  }

  /** Jumps to a place; answers whether it could. */
  async goTo(at) {
    if (this.#attachment) return this.#goToPart(at);
    const range = rangeOf(this.#view.state.doc, at);
    if (!range) return false;
    const to = Math.min(range.to, range.from + 20000);
    this.#view.dispatch({
      selection: { anchor: range.from },
      effects: [setTarget.of({ from: range.from, to }), EditorView.scrollIntoView(range.from, { y: "center", x: "center" })],
    });
    this.#view.focus();
    return true;
  }

  // Of an attachment only the part around the place is read and shown.
  async #goToPart(at) {
    const start = Math.max(0, at.byte_offset - WINDOW / 2);
    const bytes = new Uint8Array(await this.#attachment.slice(start, start + WINDOW).arrayBuffer());
    const decoder = new TextDecoder();
    const before = decoder.decode(bytes.subarray(0, at.byte_offset - start));
    const place = new TextDecoder().decode(bytes.subarray(at.byte_offset - start, Math.min(bytes.length, at.byte_offset - start + at.byte_length)));
    this.#window = start;
    this.#setText(new TextDecoder().decode(bytes), true);
    const from = Text.of(before.split(/\r\n?|\n/)).length;
    const to = Math.min(from + Math.max(1, place.length), this.#view.state.doc.length);
    this.#view.dispatch({ effects: [setTarget.of({ from, to }), EditorView.scrollIntoView(from, { y: "center", x: "center" })] });
    this.#announce();
    return true;
  }

  // ---- notices

  #later(pause = TYPING_PAUSE) {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => { if (!this.#attachment && this.#hasText()) this.check(); }, pause);
  }

  #announced = "";
  #announce(broken) {
    const doc = this.#view.state.doc;
    const notice = {
      name: this.#name,
      characters: doc.length,
      bytes: this.#attachment?.size ?? this.#file?.size ?? null,
      lines: doc.lines,
      attached: this.#attachment !== null,
      live: this.#attachment === null && doc.length <= LIVE_LIMIT,
      edited: this.#edited,
      canRestore: this.#original !== null,
      broken: broken === true,
      windowStart: this.#window,
      loads: this.#loads,
    };
    // While somebody types, the size alone changes: a notice a second is enough.
    const key = JSON.stringify({ ...notice, characters: notice.characters === 0, lines: 0 });
    if (key === this.#announced) return;
    this.#announced = key;
    this.#call("OnText", notice);
  }

  #keep() {
    const doc = this.#view.state.doc;
    try {
      if (!this.#attachment && doc.length > 0 && doc.length <= LIVE_LIMIT) sessionStorage.setItem(KEPT, doc.toString());
      else sessionStorage.removeItem(KEPT);
    } catch { /* storage is full or forbidden: the text is then not kept over a reload */ }
  }

  dispose() {
    this.#keep();
    this.#disposed = true;
    this.#abandon();
    this.#aborts.abort();
    this.#view.destroy();
  }
}

function kept() {
  try { return sessionStorage.getItem(KEPT) ?? ""; } catch { return ""; }
}

function hasLongLine(text) {
  let start = 0;
  while (text.length - start > LONG_LINE) {
    const next = text.indexOf("\n", start);
    if (next < 0 || next - start > LONG_LINE) return true;
    start = next + 1;
  }
  return false;
}

function looksLikeJson(text) {
  const first = /\S/.exec(text)?.[0];
  return first === "{" || first === "[";
}

// Base64 may be broken anywhere; anything else is left as it is.
function wrap(text) {
  return /^[A-Za-z0-9+/=\s_-]+$/.test(text) ? text.replace(/(\S{120})/g, "$1\n") : text;
}
