// What the charts show: events a second by type, and the largest skew of each second, over the last minutes.

export const SECONDS = 300;
const TYPES = 5;

export class Series {
  #seconds = new Map();
  #totals = new Map();

  clear() {
    this.#seconds.clear();
    this.#totals.clear();
  }

  add(row) {
    const second = Math.floor(row.received_at / 1000);
    let entry = this.#seconds.get(second);
    if (!entry) this.#seconds.set(second, entry = { types: new Map(), skew: null, change: null });
    if (row.type === 'console.change') { entry.change = row.summary; return; }
    entry.types.set(row.type, (entry.types.get(row.type) ?? 0) + 1);
    this.#totals.set(row.type, (this.#totals.get(row.type) ?? 0) + 1);
    if (row.skew !== undefined && (entry.skew === null || Math.abs(row.skew) > Math.abs(entry.skew))) entry.skew = row.skew;
  }

  /** Columns for the last seconds before now: x as times, one row of rates for each of the commonest types, the rest together, and skew. */
  columns(now) {
    const last = Math.floor(now / 1000) - 1;
    const first = last - SECONDS + 1;
    for (const second of this.#seconds.keys()) if (second < first - 5) this.#seconds.delete(second);
    const types = [...this.#totals].sort((a, b) => b[1] - a[1]).slice(0, TYPES).map(([type]) => type);
    const x = [];
    const rates = types.map(() => []);
    const others = [];
    const skew = [];
    const changes = [];
    for (let second = first; second <= last; second++) {
      x.push(new Date(second * 1000).toISOString().slice(0, 19));
      const entry = this.#seconds.get(second);
      let rest = 0;
      if (entry) for (const [type, count] of entry.types) if (!types.includes(type)) rest += count;
      types.forEach((type, i) => rates[i].push(entry?.types.get(type) ?? 0));
      others.push(rest);
      skew.push(entry?.skew ?? null);
      if (entry?.change) changes.push({ x: x.at(-1), text: entry.change });
    }
    return { x, types, rates, others, skew, changes };
  }
}
