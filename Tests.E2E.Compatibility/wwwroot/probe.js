// What the compatibility page asks of JavaScript.
export class Holder {
  constructor(value) { this.value = value; }
  read() { return this.value; }
}

export function make(value) { return new Holder(value); }

export async function call(target, text) { return await target.invokeMethodAsync("Shout", text); }

export async function length(stream) { return (await stream.arrayBuffer()).byteLength; }

export function bytes(count) { return new Uint8Array(count).fill(7); }
