import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Baileys sends under one lock for the whole account, held over every commit of the daemon's and every
 * question to the server: one slow chat would hold up all others. What a send shares with others, the
 * ratchets, has locks of its own (signal.js), so here each chat gets its own lane.
 */
export class Lanes {
  /** @type {AsyncLocalStorage<string>} */
  #chat = new AsyncLocalStorage();

  /**
   * @param {import('baileys').SignalKeyStoreWithTransaction} keys of a socket
   * @param {() => string | undefined} me the name of the lock
   */
  constructor(keys, me) {
    const inner = keys.transaction.bind(keys);
    keys.transaction = (work, lock) => {
      const chat = this.#chat.getStore();
      return inner(work, chat !== undefined && lock === me() ? `${lock}>${chat}` : lock);
    };
  }

  /**
   * @template T
   * @param {string} chat
   * @param {() => Promise<T>} send
   */
  within(chat, send) {
    return this.#chat.run(chat, send);
  }
}
