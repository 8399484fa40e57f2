// Breaks JSON into lines by white space alone: every token stays as it is written (numbers, escapes, order, duplicates).
// Works on broken JSON too: what it does not understand it copies.

const INDENT = "  ";

export function formatJson(text) {
  const out = [];
  let depth = 0;
  let start = 0;
  const length = text.length;
  const flush = (end) => { if (end > start) out.push(text.slice(start, end)); };
  const line = () => out.push("\n", INDENT.repeat(Math.min(depth, 64)));

  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) { // string: skip to its end
      i++;
      while (i < length) {
        const inner = text.charCodeAt(i);
        if (inner === 0x5c) i++;
        else if (inner === 0x22) break;
        i++;
      }
    } else if (code === 0x7b || code === 0x5b) {
      flush(i + 1);
      start = i + 1;
      let next = i + 1;
      while (isSpace(text.charCodeAt(next))) next++;
      const closing = text.charCodeAt(next);
      if (closing === code + 2) { // {} and [] stay together
        out.push(text[next]);
        i = next;
        start = next + 1;
      } else {
        depth++;
        line();
      }
    } else if (code === 0x7d || code === 0x5d) {
      flush(i);
      depth = Math.max(0, depth - 1);
      line();
      out.push(text[i]);
      start = i + 1;
    } else if (code === 0x2c) {
      flush(i + 1);
      start = i + 1;
      line();
    } else if (code === 0x3a) {
      flush(i);
      out.push(": ");
      start = i + 1;
    } else if (isSpace(code)) {
      flush(i);
      start = i + 1;
    }
  }
  flush(length);
  return out.join("");
}

function isSpace(code) {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
