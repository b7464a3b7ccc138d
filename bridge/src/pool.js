/** Runs at most `size` pieces of work at once; the others wait their turn. */
export class Pool {
  #running = 0;
  /** @type {(() => void)[]} */
  #waiting = [];

  /** @param {number} size */
  constructor(size) {
    this.size = size;
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async run(work) {
    if (this.#running >= this.size) {
      await new Promise((resolve) => this.#waiting.push(() => resolve(undefined)));
    }
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}
