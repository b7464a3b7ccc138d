import { isPnUser, jidEncode, proto } from 'baileys';
import { BridgeError, closeCode } from './errors.js';
import { checked, contentToSend, quotedMessage } from './outbound.js';
import { address, phoneOf, spellings } from './jids.js';

/** @typedef {import('./session.js').Session} Session */
/** @typedef {{exists: boolean, jid: string | null, lid: string | null, phone: string}} Resolved */

const PRESENCES = /** @type {const} */ ([
  'composing',
  'recording',
  'paused',
  'available',
  'unavailable',
]);
const KNOWN = 5_000;

/** What a session does to the outside: send, show typing, mark as read, look a number up. */
export class Sender {
  /** @type {Map<string, Resolved>} */
  #known = new Map();

  /** @param {Session} session */
  constructor(session) {
    this.session = session;
  }

  /**
   * Send one message; returns when WhatsApp has it. With the same `messageId`, sending again is the
   * same message, so that whatever failed half-way may be tried again.
   * @param {any} request
   */
  async send(request) {
    const out = checked(request);
    const { config } = this.session.services;
    const { sock, acks, lanes } = this.session.connection;
    const content = await contentToSend(out, config);
    const ack = acks.expect(out.messageId);
    try {
      const options = { messageId: out.messageId, quoted: quotedMessage(out) };
      const sent = await lanes.within(out.to, () =>
        sock.sendMessage(out.to, content, /** @type {any} */ (options)),
      );
      const timestamp = await ack.within(config.timing.ackMs);
      const payload = sent?.message ? proto.Message.encode(sent.message).finish() : Buffer.alloc(0);
      return { state: 'sent', timestamp, payload: Buffer.from(payload).toString('base64') };
    } catch (error) {
      if (closeCode(error) === 500 && /encryptions failed/i.test(String(error))) {
        throw new BridgeError('undeliverable', 'no device of this contact could be reached');
      }
      throw error;
    } finally {
      ack.forget();
    }
  }

  /** @param {{to: string, state: string}} request */
  async presence({ to, state }) {
    const known = PRESENCES.find((name) => name === state);
    if (!known) throw new BridgeError('bad_request', 'no such presence', { field: 'state' });
    await this.session.connection.sock.sendPresenceUpdate(known, to);
    return {};
  }

  /** @param {{chat: string, ids: string[], participant?: string}} request */
  async read({ chat, ids, participant }) {
    const keys = ids.map((id) => ({ remoteJid: chat, id, participant, fromMe: false }));
    await this.session.connection.sock.readMessages(keys);
    return {};
  }

  /**
   * Who has this number on WhatsApp. Sending to a number that nobody has "succeeds", so a first
   * message needs this; so does the ninth digit of Brazilian mobiles.
   * @param {{phone: string}} request
   * @returns {Promise<Resolved>}
   */
  async resolve({ phone }) {
    const digits = String(phone ?? '').replace(/\D/g, '');
    if (!/^\d{8,15}$/.test(digits)) {
      throw new BridgeError('bad_request', 'phone is not a number with country code', {
        field: 'phone',
      });
    }
    const known = this.#known.get(digits);
    if (known) return known;
    const { sock } = this.session.connection;
    const found = await sock.onWhatsApp(...spellings(digits));
    const jid = found?.find(({ exists }) => exists)?.jid;
    if (!jid) return { exists: false, jid: null, lid: null, phone: digits };
    const pn = isPnUser(jid) ? jid : jidEncode(digits, 's.whatsapp.net');
    const names = address(pn, await sock.signalRepository.lidMapping.getLIDForPN(pn));
    const resolved = { exists: true, jid: pn, lid: names.lid, phone: phoneOf(pn) ?? digits };
    this.#known.set(digits, resolved);
    if (this.#known.size > KNOWN) {
      this.#known.delete(/** @type {string} */ (this.#known.keys().next().value));
    }
    return resolved;
  }
}
