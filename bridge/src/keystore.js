import { AsyncLocalStorage } from 'node:async_hooks';
import { BufferJSON, proto } from 'baileys';

/** @typedef {import('./link.js').Link} Link */
/** @typedef {[type: string, id: string, value: string | null]} KeyRow a null value deletes the key */
/** @typedef {{commit: (rows: KeyRow[]) => Promise<void>}} Scope */

/** Leaves a scope; `AsyncLocalStorage.exit` is still experimental in Node 20. */
const NONE = /** @type {any} */ (undefined);

const CACHE_ENTRIES = 20_000;
/** Used once each, by the hundred: not worth their memory. */
const UNCACHED = new Set(['pre-key']);

/** @param {unknown} value */
const pack = (value) => JSON.stringify(value, BufferJSON.replacer);

/**
 * @param {string} type
 * @param {string} text
 */
function unpack(type, text) {
  const value = JSON.parse(text, BufferJSON.reviver);
  if (type === 'app-state-sync-key') return proto.Message.AppStateSyncKeyData.fromObject(value);
  return value;
}

/**
 * Signal keys of one session, kept in the daemon's database.
 *
 * The bridge is the only writer, so what was read or written once is remembered, absence included.
 * Nothing enters that memory before the daemon has committed it. Writes of the same turn of the
 * event loop travel in one request.
 */
export class KeyStore {
  /** @type {Map<string, any>} */
  #cache = new Map();
  /** @type {{rows: KeyRow[], done: Promise<void>} | null} */
  #batch = null;
  /** @type {Map<string, Promise<Record<string, any>>>} */
  #asking = new Map();
  /** @type {AsyncLocalStorage<Scope>} */
  #scope = new AsyncLocalStorage();

  /**
   * @param {Pick<Link, 'request'>} link
   * @param {string} session
   */
  constructor(link, session) {
    this.link = link;
    this.session = session;
  }

  /**
   * Inside `work`, what a transaction writes goes to `scope.commit` instead of `keys.set`, so that
   * it can share a transaction of the daemon's with something else.
   * @template T
   * @param {Scope} scope
   * @param {() => Promise<T>} work
   */
  within(scope, work) {
    return this.#scope.run(scope, work);
  }

  /**
   * @param {string} type
   * @param {string[]} ids
   * @returns {Promise<Record<string, any>>}
   */
  async get(type, ids) {
    const missing = ids.filter((id) => !this.#cache.has(`${type}/${id}`));
    const asked = missing.length ? await this.#ask(type, missing) : {};
    /** @type {Record<string, any>} */
    const found = {};
    for (const id of ids) {
      // What was written meanwhile is newer than what was read.
      const known = this.#cache.get(`${type}/${id}`);
      const value = known === undefined ? asked[id] : known;
      if (value != null) found[id] = value;
    }
    return found;
  }

  /**
   * Ask the daemon. Whoever asks for the same keys meanwhile shares the answer, and is woken after:
   * two messages of a chat stay in order while the first one's keys are fetched.
   * @param {string} type
   * @param {string[]} ids
   * @returns {Promise<Record<string, any>>}
   */
  #ask(type, ids) {
    const question = JSON.stringify([type, ids]);
    const pending = this.#asking.get(question);
    if (pending) return pending;
    const answer = this.#fetch(type, ids).finally(() => this.#asking.delete(question));
    this.#asking.set(question, answer);
    return answer;
  }

  /**
   * @param {string} type
   * @param {string[]} ids
   */
  async #fetch(type, ids) {
    const { keys } = await this.link.request('keys.get', { session: this.session, type, ids });
    /** @type {Record<string, any>} */
    const values = {};
    for (const id of ids) {
      values[id] = keys[id] == null ? null : unpack(type, keys[id]);
      if (!this.#cache.has(`${type}/${id}`)) this.#remember(type, id, values[id]);
    }
    return values;
  }

  /** @param {Record<string, Record<string, any>>} data */
  async set(data) {
    /** @type {KeyRow[]} */
    const rows = [];
    for (const [type, values] of Object.entries(data)) {
      for (const [id, value] of Object.entries(values ?? {})) {
        rows.push([type, id, value == null ? null : pack(value)]);
      }
    }
    if (!rows.length) return;
    const scope = this.#scope.getStore();
    // The commit itself runs outside of the scope, or a key it needs would recurse into it.
    await (scope ? this.#scope.run(NONE, () => scope.commit(rows)) : this.#enqueue(rows));
    for (const [type, values] of Object.entries(data)) {
      for (const [id, value] of Object.entries(values ?? {}))
        this.#remember(type, id, value ?? null);
    }
  }

  async clear() {
    this.#cache.clear();
  }

  /** @param {KeyRow[]} rows */
  #enqueue(rows) {
    if (this.#batch) {
      this.#batch.rows.push(...rows);
      return this.#batch.done;
    }
    /** @type {{rows: KeyRow[], done: Promise<void>}} */
    const batch = { rows: [...rows], done: Promise.resolve() };
    batch.done = new Promise((resolve) => setImmediate(resolve)).then(async () => {
      this.#batch = null;
      await this.link.request('keys.set', { session: this.session, rows: batch.rows });
    });
    this.#batch = batch;
    return batch.done;
  }

  /**
   * @param {string} type
   * @param {string} id
   * @param {any} value
   */
  #remember(type, id, value) {
    if (UNCACHED.has(type)) return;
    const key = `${type}/${id}`;
    this.#cache.delete(key);
    this.#cache.set(key, value);
    if (this.#cache.size > CACHE_ENTRIES) {
      this.#cache.delete(/** @type {string} */ (this.#cache.keys().next().value));
    }
  }
}
