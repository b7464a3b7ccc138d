import { areJidsSameUser, getBinaryNodeChildren, jidNormalizedUser } from 'baileys';
import { BridgeError } from './errors.js';

/** @typedef {import('baileys').BinaryNode} BinaryNode */
/** @typedef {{ids: string[], chat: string, state: 'delivered' | 'read' | 'played', timestamp: number}} Receipt */

/** @type {Record<string, Receipt['state']>} */
const STATES = { '': 'delivered', inactive: 'delivered', read: 'read', played: 'played' };

/**
 * What a receipt stanza says about messages of ours. Baileys' own event for it can be swallowed by a
 * message that is still in its buffer; the stanza itself cannot.
 * @param {BinaryNode} node
 * @param {{id: string, lid?: string}} me
 * @returns {Receipt | null} null for receipts of our own devices, retries and groups
 */
export function receiptOf(node, me) {
  const { from, id, type = '', t, participant } = node.attrs;
  const state = STATES[type];
  if (!state || !from || !id || participant) return null;
  if (areJidsSameUser(from, me.id) || (me.lid && areJidsSameUser(from, me.lid))) return null;
  const list = Array.isArray(node.content) ? node.content[0] : undefined;
  const more = list ? getBinaryNodeChildren(list, 'item').map((item) => item.attrs.id) : [];
  return { ids: [id, ...more], chat: jidNormalizedUser(from), state, timestamp: Number(t) || 0 };
}

/** WhatsApp's answer to a message: the only thing that makes it *sent*. */
export class Acks {
  /** @type {Map<string, {resolve: (timestamp: number) => void, reject: (error: Error) => void}>} */
  #waiting = new Map();

  /** How many messages wait for their answer. */
  get waiting() {
    return this.#waiting.size;
  }

  /**
   * Listen for the server's answer to message `id`; to be called before the message leaves.
   * @param {string} id
   * @returns {{within: (timeoutMs: number) => Promise<number>, forget: () => void}}
   */
  expect(id) {
    if (this.#waiting.has(id)) {
      throw new BridgeError('already_sending', 'this message is on its way already');
    }
    /** @type {Promise<number>} */
    const arrived = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    arrived.catch(() => {}); // nobody waits when the send itself has failed
    const forget = () => void this.#waiting.delete(id);
    const within = async (/** @type {number} */ timeoutMs) => {
      const late = new BridgeError('ack_timeout', 'WhatsApp did not confirm the message in time');
      const timer = setTimeout(() => this.fail(id, late), timeoutMs);
      try {
        return await arrived;
      } finally {
        clearTimeout(timer);
        forget();
      }
    };
    return { within, forget };
  }

  /**
   * @param {BinaryNode} node an ack stanza of class message
   * @returns {boolean} false when nobody was waiting for it
   */
  settle({ attrs }) {
    const waiter = this.#waiting.get(attrs.id);
    if (!waiter) return false;
    if (attrs.error) waiter.reject(refusal(attrs.error));
    else waiter.resolve(Number(attrs.t) || Math.floor(Date.now() / 1000));
    return true;
  }

  /**
   * @param {string} id
   * @param {Error} error
   */
  fail(id, error) {
    this.#waiting.get(id)?.reject(error);
  }

  /** @param {Error} error */
  failAll(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
  }
}

/**
 * @param {string} error the code WhatsApp refused a message with
 * @returns {BridgeError}
 */
export function refusal(error) {
  if (error === '463') {
    return new BridgeError(
      'account_restricted',
      'WhatsApp does not let this number start new chats for now',
      { status: 463 },
    );
  }
  return new BridgeError('message_refused', `WhatsApp refused the message with code ${error}`, {
    status: Number(error),
  });
}
