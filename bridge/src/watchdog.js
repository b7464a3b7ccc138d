/**
 * Notices a connection that looks alive and is deaf. Baileys pings, but any traffic counts as life
 * for it, and a connection attempt that hangs half-way counts as nothing.
 */
export class Watchdog {
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #openingSince = 0;
  /** @type {Map<string, number>} */
  #unanswered = new Map();
  #progress = 0;
  #heard = 0;
  #probing = false;
  #probed = 0;

  /**
   * @param {object} parts
   * @param {number} parts.probeMs
   * @param {number} parts.openingMs a connection must be open, or show a code, in this time
   * @param {number} parts.stuckMs while messages wait, one must get through in this time
   * @param {() => boolean} parts.held messages wait for the daemon, which no new connection would help
   * @param {() => Promise<unknown>} parts.probe a question that WhatsApp must answer
   * @param {() => number} parts.quietMs a connection that brought nothing for so long is renewed
   * @param {(why: 'stuck_opening' | 'deaf' | 'stuck_message' | 'quiet') => void} parts.onDeaf
   * @param {() => number} [parts.now]
   */
  constructor(parts) {
    this.parts = parts;
    this.now = parts.now ?? Date.now;
  }

  start() {
    this.#openingSince = this.now();
    const every = Math.min(this.parts.probeMs, 5_000);
    this.#timer = setInterval(() => this.check(), every);
    this.#timer.unref();
  }

  /** The connection is open, or it waits for a person: the clock of the opening stops. */
  settled() {
    this.#openingSince = 0;
    this.#probed = this.#heard = this.now();
  }

  /** WhatsApp brought something by itself, not only answers: this connection is not deaf. */
  heard() {
    this.#heard = this.now();
  }

  /** @param {string} id a message that came in */
  messageCame(id) {
    if (!this.#unanswered.has(id)) this.#unanswered.set(id, this.now());
  }

  /** @param {string} id a message that was decrypted, or could not be */
  messageDone(id) {
    this.#progress = this.now();
    this.#unanswered.delete(id);
  }

  stop() {
    clearInterval(this.#timer);
    this.#unanswered.clear();
  }

  check() {
    const now = this.now();
    if (this.#openingSince) {
      if (now - this.#openingSince > this.parts.openingMs) this.parts.onDeaf('stuck_opening');
      return;
    }
    const [oldest] = this.#unanswered.values();
    const waiting = oldest !== undefined && now - Math.max(oldest, this.#progress);
    if (waiting && waiting > this.parts.stuckMs && !this.parts.held()) {
      this.parts.onDeaf('stuck_message');
    } else if (now - this.#heard > this.parts.quietMs()) {
      this.parts.onDeaf('quiet');
    } else if (!this.#probing && now - this.#probed >= this.parts.probeMs) void this.#probe(now);
  }

  /** @param {number} now */
  async #probe(now) {
    this.#probed = now;
    this.#probing = true;
    try {
      if ((await this.parts.probe()) === undefined) this.parts.onDeaf('deaf');
    } catch {
      // The connection ended meanwhile, and says so itself.
    } finally {
      this.#probing = false;
    }
  }
}
