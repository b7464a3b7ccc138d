import { AsyncResource } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { makeLibSignalRepository } from './baileys-internals.js';

/** @typedef {import('baileys').BinaryNode} BinaryNode */
/** @typedef {import('baileys').SignalKeyStoreWithTransaction} Keys */
/** @typedef {import('./keystore.js').KeyStore} KeyStore */
/** @typedef {import('./keystore.js').KeyRow} KeyRow */

/**
 * @typedef {object} Inbox
 * @property {(entry: {digest: string, plaintext: Buffer, stanza: BinaryNode | undefined, rows: KeyRow[]}) => Promise<void>} commit
 *   store what was decrypted together with the ratchet's step; returns after the commit
 * @property {(digest: string) => Promise<Buffer | null>} lookup what was decrypted from this ciphertext before
 */

const DECRYPTED = new Set(['msg', 'pkmsg', 'skmsg']);

/**
 * Remembers which stanza a ciphertext came in. Baileys hands the decryption a jid and bytes only,
 * but the very same buffer that the stanza holds.
 */
export class Stanzas {
  /** @type {WeakMap<object, BinaryNode>} */
  #of = new WeakMap();

  /** @param {{came?: (id: string) => void, done?: (id: string) => void}} [listener] */
  constructor(listener = {}) {
    this.listener = listener;
  }

  /** @param {BinaryNode} stanza */
  note(stanza) {
    if (stanza?.tag !== 'message' || !Array.isArray(stanza.content)) return;
    for (const child of stanza.content) {
      if (child.tag !== 'enc' || !(child.content instanceof Uint8Array)) continue;
      if (!DECRYPTED.has(child.attrs.type)) continue;
      this.#of.set(child.content, stanza);
      this.listener.came?.(stanza.attrs.id);
    }
  }

  /** @param {BinaryNode} stanza one of its parts was decrypted, or could not be */
  done(stanza) {
    this.listener.done?.(stanza.attrs.id);
  }

  /** @param {Uint8Array} ciphertext */
  of(ciphertext) {
    return this.#of.get(ciphertext);
  }
}

/** What each repository method does to the ratchet of its own; see `detached`. */
const SELF_CONTAINED = /** @type {const} */ ([
  'encryptMessage',
  'encryptGroupMessage',
  'getSenderKeyDistributionMessage',
  'hasSenderKey',
  'getSessionInfo',
  'injectE2ESession',
  'validateSession',
  'deleteSession',
]);

/**
 * Baileys' Signal repository, made exactly-once (BRIDGE: "Exactly-once effect").
 *
 * Stock Baileys moves the ratchet, tells WhatsApp that it has the message, and only then shows the
 * message to anybody: a crash in between loses it for good. Here a decryption returns after ratchet
 * and plaintext are committed together. Killed before that commit, the ratchet has not moved and the
 * server delivers again; killed after it, the second delivery finds the stored plaintext.
 *
 * Sending has the mirror problem: Baileys encrypts inside one long transaction that it commits after
 * the stanza has left, so a crash would reuse a ratchet step for another message. Each step of the
 * ratchet is therefore committed on its own, before its ciphertext is used.
 *
 * @param {{store: KeyStore, stanzas: Stanzas, inbox: Inbox}} parts
 * @returns {import('baileys').SocketConfig['makeSignalRepository']}
 */
export function exactlyOnce({ store, stanzas, inbox }) {
  return (auth, logger, pnToLid) => {
    const inner = makeLibSignalRepository(auth, logger, pnToLid);
    const keys = /** @type {Keys} */ (auth.keys);

    /**
     * @param {Uint8Array} ciphertext
     * @param {string} lock
     * @param {() => Promise<Uint8Array>} decrypt
     * @returns {Promise<Uint8Array>}
     */
    const once = async (ciphertext, lock, decrypt) => {
      const digest = createHash('sha256').update(ciphertext).digest('hex');
      const stanza = stanzas.of(ciphertext);
      /** @type {Buffer | undefined} */
      let plaintext;
      const scope = {
        /** @param {KeyRow[]} rows */
        commit: (rows) =>
          inbox.commit({ digest, plaintext: /** @type {Buffer} */ (plaintext), stanza, rows }),
      };
      const work = async () => {
        plaintext = Buffer.from(await decrypt());
        return plaintext;
      };
      try {
        return await store.within(scope, () => keys.transaction(work, lock));
      } catch (error) {
        const known = await inbox.lookup(digest);
        if (known) return known;
        throw error;
      } finally {
        if (stanza) stanzas.done(stanza);
      }
    };

    return {
      ...inner,
      ...detached(inner, () => /** @type {any} */ (auth.creds).me?.id),
      decryptMessage: (options) =>
        once(options.ciphertext, options.jid, () => inner.decryptMessage(options)),
      decryptGroupMessage: (options) =>
        once(options.msg, options.group, () => inner.decryptGroupMessage(options)),
    };
  };
}

/**
 * The repository's methods, called outside of whatever transaction is open around them: each commits
 * before it returns. The one lock they could meet again from inside is the account's own jid.
 * @param {any} inner
 * @param {() => string | undefined} me
 */
function detached(inner, me) {
  const outside = new AsyncResource('ratchet');
  /** @type {Record<string, (options: any) => Promise<any>>} */
  const methods = {};
  for (const name of SELF_CONTAINED) {
    methods[name] = (options) =>
      options?.jid !== undefined && options.jid === me()
        ? inner[name](options)
        : outside.runInAsyncScope(() => inner[name](options));
  }
  return methods;
}
