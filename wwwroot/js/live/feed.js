// The connection to the hub: one stream at a time, resumed where it was after a break.

import { HubConnectionBuilder, LogLevel } from '../../lib/signalr.js';

const WAITS = [1000, 2000, 4000, 8000];

/** Calls back with batches and with the state of the connection: connecting, live, lost (with the reason). */
export class Feed {
  #connection;
  #stream = null;
  #request = null;
  #at = null;
  #tries = 0;
  #timer = 0;
  #ended = false;
  #onBatch;
  #onState;

  constructor(onBatch, onState) {
    this.#onBatch = onBatch;
    this.#onState = onState;
    this.#connection = new HubConnectionBuilder().withUrl('/hubs/controlbus').configureLogging(LogLevel.None).build();
    this.#connection.onclose((error) => this.#lost(error?.message ?? 'The connection was closed.'));
  }

  /** Starts a new stream; what came by the one before no longer counts. */
  async open(request, at = null) {
    this.#request = request;
    this.#at = at;
    // A try that was still to come would open a second stream beside this one.
    clearTimeout(this.#timer);
    this.#stream?.dispose();
    this.#stream = null;
    if (this.#connection.state === 'Connected') this.#subscribe();
    else if (this.#connection.state === 'Disconnected') await this.#connect();
  }

  /** Older events that match, newest first. */
  query(request, before, count) {
    return this.#connection.invoke('Query', request, before, count);
  }

  async close() {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#stream?.dispose();
    await this.#connection.stop();
  }

  async #connect() {
    if (this.#ended) return;
    this.#onState('connecting');
    try {
      await this.#connection.start();
      if (this.#ended) return;
      this.#subscribe();
    } catch (error) {
      this.#lost(error.message);
    }
  }

  #subscribe() {
    const stream = this.#connection.stream('Subscribe', this.#request, this.#at);
    this.#stream = stream.subscribe({
      next: (batch) => {
        this.#tries = 0;
        this.#at = batch.at;
        this.#onState('live');
        this.#onBatch(batch);
      },
      error: (error) => this.#lost(error.message),
      complete: () => {},
    });
  }

  #lost(reason) {
    if (this.#ended) return;
    this.#stream = null;
    this.#onState('lost', reason);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#connection.state === 'Disconnected') this.#connect();
      else if (this.#connection.state === 'Connected') this.#subscribe();
    }, WAITS[Math.min(this.#tries++, WAITS.length - 1)]);
  }
}
