/** @typedef {import('./link.js').Link} Link */
/** @typedef {import('./log.js').Logger} Logger */
/** @typedef {{name: string, data: object}} Item */

const BATCH = 100;
const RETRY_MS = [250, 1_000, 2_000, 5_000];

/**
 * Hands events to the daemon so that none is lost: they are numbered, kept until the daemon has
 * committed them, and offered again when it says no. While one request is on its way the next ones
 * gather, so that a burst costs the daemon few transactions.
 */
export class Deliveries {
  #seq = 0;
  /** @type {(Item & {seq: number, done: () => void})[]} */
  #queue = [];
  #running = false;

  /**
   * @param {Pick<Link, 'request'>} link
   * @param {Logger} log
   */
  constructor(link, log) {
    this.link = link;
    this.log = log;
  }

  get waiting() {
    return this.#queue.length;
  }

  /**
   * @param {string} name
   * @param {object} data
   * @returns {Promise<void>} when the daemon has committed it
   */
  push(name, data) {
    return new Promise((resolve) => {
      this.#queue.push({ seq: ++this.#seq, name, data, done: resolve });
      if (!this.#running) void this.#run();
    });
  }

  async #run() {
    this.#running = true;
    await new Promise((resolve) => setImmediate(resolve));
    for (let failures = 0; this.#queue.length;) {
      const batch = this.#queue.slice(0, BATCH);
      try {
        const events = batch.map(({ seq, name, data }) => ({ seq, event: name, data }));
        await this.link.request('events', { events }, { timeoutMs: 60_000 });
        this.#queue.splice(0, batch.length);
        for (const { done } of batch) done();
        failures = 0;
      } catch (error) {
        const delay = RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)];
        const { code } = /** @type {{code?: string}} */ (error);
        this.log.warn(
          { code, waiting: this.#queue.length, delay },
          'events not taken, trying again',
        );
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
    this.#running = false;
  }
}
