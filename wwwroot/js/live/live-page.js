// The live tape of one page: rows come from the hub straight to the browser; the circuit hears only of what the user chose.

import { Feed } from './feed.js';
import { Tape, age, clock, duration } from './tape.js';
import { Series } from './series.js';
import { Charts } from './charts.js';

const MAX_ROWS = 20000;
const BACKFILL = 500;
const PAGE = 500;
const QUIET_MS = 30000;

export function create(host, component, options) {
  return new LivePage(host, component, options);
}

class LivePage {
  #host;
  #component;
  #feed;
  #tape;
  #series = new Series();
  #charts;
  #request;
  #range;
  #offset = 0;
  #at = null;
  #paused = null;
  #counts = { dropped: 0, forgotten: 0, shed: 0 };
  #topics = [];
  #sources = [];
  #journal = null;
  #droppedOf = new Map();
  #hasOlder = true;
  #reading = false;
  #timer;
  #state = 'connecting';
  #reason = '';

  constructor(host, component, { request, range, selected }) {
    this.#host = host;
    this.#component = component;
    this.#request = request;
    this.#range = range;
    this.#tape = new Tape(host.querySelector('.tape'), {
      max: MAX_ROWS,
      now: () => this.#now(),
      onSelect: (id) => this.#call('SelectAsync', id),
      onNearEnd: () => this.#readOlder(),
    });
    this.#tape.select(selected ?? null);
    this.#charts = new Charts(host.querySelector('.rate'), host.querySelector('.skews'), host.querySelector('[data-live=legend]'));
    this.#feed = new Feed((batch) => this.#take(batch), (state, reason) => this.#setState(state, reason));
    this.#timer = setInterval(() => this.#tick(), 1000);
    this.#start();
  }

  /** Another filter, or another stretch of time: everything is read anew. */
  follow(request, range) {
    const stays = this.#paused && range;
    this.#request = request;
    this.#range = range;
    if (stays) return;
    this.#paused = null;
    this.#start();
  }

  select(id) { this.#tape.select(id); }

  /** Freezes what is shown. The stream goes on and is counted; the rows lie in the server's journal until they are asked for. */
  pause() {
    if (this.#paused || this.#range) return null;
    this.#paused = { at: this.#at, news: 0 };
    this.#show();
    const rows = this.#tape.rows;
    return { from: rows.length ? rows[0].received_at : this.#now() - 60000, until: this.#now() };
  }

  /** Goes on where it was paused: what came since is fetched from the journal. */
  resume(request) {
    const from = this.#paused?.at ?? null;
    this.#paused = null;
    this.#range = false;
    this.#request = request;
    if (from) this.#feed.open({ ...this.#request, backfill: 0 }, from);
    else this.#start();
    this.#show();
  }

  async dispose() {
    clearInterval(this.#timer);
    this.#tape.dispose();
    this.#charts.dispose();
    await this.#feed.close();
  }

  #start() {
    this.#tape.clear();
    this.#series.clear();
    this.#counts = { dropped: 0, forgotten: 0, shed: 0 };
    this.#droppedOf.clear();
    this.#hasOlder = true;
    this.#feed.open({ ...this.#request, backfill: this.#range ? 0 : BACKFILL });
    this.#show();
  }

  #take(batch) {
    this.#offset = batch.now - Date.now();
    if (batch.topics) this.#topics = batch.topics;
    if (batch.sources) this.#sources = batch.sources;
    if (batch.journal) this.#journal = batch.journal;
    if (batch.reset) this.#say(`Read anew: ${batch.reset}`);
    this.#counts.dropped += batch.dropped ?? 0;
    this.#counts.forgotten += batch.forgotten ?? 0;
    for (const part of batch.dropped_of ?? []) this.#droppedOf.set(placeOf(part), (this.#droppedOf.get(placeOf(part)) ?? 0) + part.count);
    if (this.#paused) {
      this.#paused.news += batch.events.length;
    } else if (!this.#range) {
      this.#at = batch.at;
      for (const row of batch.events) this.#series.add(row);
      this.#counts.shed += this.#tape.add(batch.events);
      if (batch.changes) this.#tape.change(batch.changes);
    } else if (this.#tape.rows.length === 0) {
      this.#readOlder();
    }
    this.#show();
  }

  async #readOlder() {
    if (this.#reading || !this.#hasOlder || this.#state !== 'live') return;
    if (!this.#range && this.#tape.rows.length >= MAX_ROWS) return;
    this.#reading = true;
    try {
      const before = this.#tape.rows[0]?.sequence ?? null;
      const page = await this.#feed.query(this.#request, before, PAGE);
      this.#hasOlder = page.next !== undefined && page.next !== null;
      for (const row of page.events) this.#series.add(row);
      this.#tape.addOlder(page.events);
    } catch (error) {
      this.#hasOlder = false;
      this.#say(`Older events could not be read: ${error.message}`);
    } finally {
      this.#reading = false;
      this.#show();
    }
  }

  #setState(state, reason = '') {
    if (state === this.#state && reason === this.#reason) return;
    this.#state = state;
    this.#reason = reason;
    this.#show();
  }

  #tick() {
    this.#tape.draw();
    this.#show();
    if (!this.#paused) this.#charts.draw(this.#series.columns(this.#now()));
  }

  #frame = 0;

  #now() { return Date.now() + this.#offset; }

  #show() {
    this.#frame ||= requestAnimationFrame(() => { this.#frame = 0; this.#write(); });
  }

  #write() {
    const part = (name) => this.#host.querySelector(`[data-live=${name}]`);
    const count = (value) => value.toLocaleString('en-US');
    set(part('rows'), `${count(this.#tape.rows.length)} rows`);
    set(part('dropped'), `${count(this.#counts.dropped + this.#counts.forgotten)} dropped`);
    set(part('repeated'), `${count(this.#topics.reduce((sum, topic) => sum + topic.folded + topic.redelivered, 0))} duplicates`);
    set(part('rate-now'), `${this.#topics.reduce((sum, topic) => sum + topic.per_second, 0).toFixed(1)} events/s`);
    part('dropped').classList.toggle('attention', this.#counts.dropped + this.#counts.forgotten > 0);
    part('dropped').title = `${count(this.#counts.dropped)} that matched, because this page was too slow; ${count(this.#counts.forgotten)} that the journal had forgotten first. ${count(this.#counts.shed)} older rows were taken off the page; scroll down to read them again.`;
    const paused = part('paused');
    paused.hidden = !this.#paused;
    if (this.#paused) set(paused.querySelector('span'), `Paused · ${count(this.#paused.news)} new`);
    const lost = part('lost');
    lost.hidden = this.#state !== 'lost';
    set(lost.querySelector('span'), `No connection to the events: ${this.#reason} It is tried again; nothing that the journal holds is lost.`);
    this.#writeQuiet(part('quiet'));
    this.#writeSources(part('sources'));
    this.#writeTroubles(part('troubles'));
    this.#writeJournal(part('journal'));
    part('empty').hidden = this.#tape.rows.length > 0 || this.#state === 'connecting';
    this.#writeTopics(part('topics'));
    this.#host.dataset.state = this.#state;
  }

  /** When something last came from a source; 0 for never. */
  #lastOf(source) {
    return this.#topics.reduce((last, topic) => topic.source === source ? Math.max(last, topic.last_received_at ?? 0) : last, 0);
  }

  #writeQuiet(element) {
    const quiet = this.#sources.filter((source) => source.state === 'reading' || source.state === 'attention').map((source) => [source, this.#lastOf(source.name)])
      .filter(([source, last]) => this.#now() - Math.max(last, source.since) > QUIET_MS)
      .map(([source, last]) => last ? `No events from ${source.name} for ${Math.floor((this.#now() - last) / 1000)} s` : `No events from ${source.name} since the console started`);
    element.hidden = quiet.length === 0;
    set(element.querySelector('span'), quiet.join(' · '));
  }

  #writeSources(list) {
    lines(list, this.#sources.map((source) => {
      const last = this.#lastOf(source.name);
      return {
        text: `${source.name}: ${source.state}${last ? `, last event ${age(this.#now() - last)} ago` : ', no event yet'}`,
        title: [source.place, source.detail, source.advice, source.proves_gaps ? 'It proves what is missing.' : 'It cannot prove what is missing: after a break nobody knows.'].filter(Boolean).join('\n'),
        state: source.state,
      };
    }));
  }

  #writeTroubles(list) {
    const troubles = this.#sources.filter((source) => source.state === 'broken' || source.state === 'attention')
      .map((source) => ({ text: `${source.name} (${source.place}): ${source.detail} ${source.advice ?? ''}`.trim(), className: source.state }));
    if (this.#journal?.spill_problem) troubles.push({ text: `Journal on disk: ${this.#journal.spill_problem}`, className: 'attention' });
    lines(list, troubles);
  }

  #writeJournal(element) {
    const journal = this.#journal;
    if (!journal) return;
    const fill = Math.max(journal.events / journal.max_events, journal.bytes / journal.max_bytes);
    set(element, `journal ${Math.round(fill * 100)} % full`);
    element.title = `${journal.events.toLocaleString('en-US')} of ${journal.max_events.toLocaleString('en-US')} events, ${megabytes(journal.bytes)} of ${megabytes(journal.max_bytes)}; the oldest make room. `
      + (journal.spill_bytes === undefined ? 'Nothing is kept on disk.' : `On disk: ${megabytes(journal.spill_bytes)} of the last ${journal.spill_hours} h${journal.spill_lost ? `, ${journal.spill_lost.toLocaleString('en-US')} records not written` : ''}.`)
      + ` ${journal.subscribers.toLocaleString('en-US')} subscribers, ${journal.dropped.toLocaleString('en-US')} events lost by slow ones.`;
  }

  #writeTopics(body) {
    while (body.rows.length < this.#topics.length) {
      const row = body.insertRow();
      for (let i = 0; i < 11; i++) row.insertCell().className = i < 2 ? '' : 'number';
    }
    while (body.rows.length > this.#topics.length) body.deleteRow(-1);
    this.#topics.forEach((topic, i) => {
      const cells = body.rows[i].cells;
      [
        topic.source, topic.topic ?? '–', topic.per_second.toFixed(1), topic.lag_messages === undefined ? '–' : topic.lag_messages.toLocaleString('en-US'),
        topic.skew === undefined ? '–' : duration(topic.skew), ...[topic.folded + topic.redelivered, topic.paired, topic.gaps, this.#droppedOf.get(placeOf(topic)) ?? 0, topic.would_drop, topic.quarantined].map((value) => value.toLocaleString('en-US')),
      ].forEach((value, at) => set(cells[at], value));
      cells[3].title = topic.lag_messages === undefined ? 'This source cannot tell how much it still holds.' : '';
      body.rows[i].title = topic.last_received_at ? `Last at ${clock(topic.last_received_at)} UTC` : 'Nothing yet';
    });
  }

  #say(message) { set(document.getElementById('announcer'), message); }

  #call(name, ...values) { this.#component.invokeMethodAsync(name, ...values).catch(() => {}); }
}

/** Makes a list's lines say this, and touches nothing that says it already. */
function lines(list, wanted) {
  while (list.children.length < wanted.length) list.append(document.createElement('li'));
  while (list.children.length > wanted.length) list.lastChild.remove();
  wanted.forEach(({ text, title = '', state = '', className = '' }, i) => {
    const line = list.children[i];
    set(line, text);
    if (line.title !== title) line.title = title;
    if (line.dataset.state !== state) line.dataset.state = state;
    if (line.className !== className) line.className = className;
  });
}

function placeOf({ source, topic }) { return `${source}\n${topic ?? ''}`; }

function megabytes(bytes) { return `${(bytes / 1048576).toFixed(bytes < 10485760 ? 1 : 0)} MiB`; }

function set(element, value) {
  if (element && element.textContent !== value) element.textContent = value;
}
