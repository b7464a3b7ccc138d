import { isJidNewsletter } from 'baileys';
import { Inbox } from './inbox.js';
import { envelopeOfStored, newest } from './history.js';
import { mediaPart } from './normalise.js';

/** @typedef {import('baileys').WASocket} WASocket */
/** @typedef {import('baileys').WAMessage} WAMessage */
/** @typedef {import('./connection.js').Connection} Connection */
/** @typedef {import('./envelope.js').Envelope} Envelope */
/** @typedef {import('./inbox.js').Incoming} Incoming */
/** @typedef {import('./session.js').Session} Session */

/** The other name may have to be asked of WhatsApp; the message does not wait long for it. */
const NAMES_MS = 2_000;

/** Everything that comes in over one connection, on its way to the daemon. */
export class Arrivals {
  #replayed = false;

  /**
   * @param {Session} session
   * @param {Connection} connection
   */
  constructor(session, connection) {
    const { link, config, log } = session.services;
    this.session = session;
    this.connection = connection;
    this.inbox = new Inbox({
      session: session.id,
      link,
      config,
      log,
      me: () => session.me,
      alive: () => session.alive,
      named: (envelope) => this.#named(envelope),
      withMedia: (incoming, message, digest) => void this.#fetch(incoming, message, digest),
    });
  }

  /** @param {WASocket} sock */
  listen({ ev }) {
    ev.on('messages.upsert', ({ messages, requestId }) => {
      for (const message of messages) {
        if (message.messageStubType) this.connection.undecryptable += message.message ? 0 : 1;
        else if (requestId || isJidNewsletter(message.key.remoteJid ?? '')) this.#stored(message);
      }
    });
    ev.on('messaging-history.set', ({ messages }) => {
      const { historyMessages } = this.session.services.config.limits;
      for (const message of newest(messages, historyMessages)) this.#stored(message, true);
    });
    ev.on('lid-mapping.update', ({ lid, pn }) => {
      this.#push('contact.alias', { lid, pn });
    });
    ev.on('presence.update', ({ id, presences }) => {
      const [state] = Object.values(presences).map(({ lastKnownPresence }) => lastKnownPresence);
      if (state) this.session.services.link.emit('presence', this.#mine({ chat: id, state }));
    });
    ev.on('call', ([call]) => {
      if (call?.status !== 'offer') return;
      const { id, from, isVideo, date } = call;
      const timestamp = Math.floor(date.getTime() / 1000);
      this.#push('call', { id, from, video: isVideo === true, timestamp });
    });
  }

  /** What an earlier run decrypted and did not deliver; once for each connection that opens. */
  replay() {
    if (this.#replayed) return;
    this.#replayed = true;
    this.inbox.replay().then(
      (count) => count && this.session.log.info({ count }, 'delivering what was left in the inbox'),
      (error) => this.session.log.warn({ code: error.code }, 'the inbox could not be read'),
    );
  }

  /**
   * @param {string} name
   * @param {object} data
   */
  #push(name, data) {
    void this.session.services.deliveries.push(name, this.#mine(data));
  }

  /** @param {object} data */
  #mine(data) {
    return { session: this.session.id, ...data };
  }

  /**
   * @param {WAMessage} message
   * @param {boolean} [history]
   */
  #stored(message, history = false) {
    const envelope = envelopeOfStored(message);
    const incoming = envelope && this.inbox.incoming(envelope, message.message, { history });
    if (!incoming) return;
    if (incoming.media && message.message && !history) {
      void this.#fetch(incoming, message.message, null);
    } else this.#push('message.received', { message: incoming, digest: null });
  }

  /**
   * @param {Incoming} incoming
   * @param {import('baileys').proto.IMessage} message
   * @param {string | null} digest
   */
  async #fetch(incoming, message, digest) {
    const { media, downloads, deliveries } = this.session.services;
    const part = mediaPart(message);
    const declared = incoming.media;
    if (part && declared) {
      const renew = () => this.#renew(incoming, message);
      incoming = {
        ...incoming,
        media: await downloads.run(() => media.fetch(this.session.id, part, declared, renew)),
      };
    }
    await deliveries.push('message.received', { message: incoming, digest });
  }

  /**
   * WhatsApp drops media after some weeks; the phone can be asked to upload it again.
   * @param {Incoming} incoming
   * @param {import('baileys').proto.IMessage} message
   */
  async #renew({ id, chat, fromMe, participant }, message) {
    const key = { id, remoteJid: chat.jid, fromMe, participant: participant?.jid };
    await this.connection.sock.updateMediaMessage({ key, message });
    return true;
  }

  /**
   * Both names of the chat, from what was learnt before, where the stanza gave only one.
   * @param {Envelope} envelope
   * @returns {Promise<Envelope>}
   */
  async #named(envelope) {
    const { chat, chatKind } = envelope;
    if (chatKind !== 'person' || (chat.lid && chat.pn)) return envelope;
    const { lidMapping } = this.connection.sock.signalRepository;
    const plain = (/** @type {string | null} */ jid) => jid?.replace(/:\d+@/, '@') ?? null;
    const asked = chat.lid
      ? lidMapping.getPNForLID(chat.lid).then((pn) => (chat.pn = plain(pn)))
      : lidMapping
          .getLIDForPN(/** @type {string} */ (chat.pn))
          .then((lid) => (chat.lid = plain(lid)));
    await Promise.race([
      asked.catch(() => null),
      new Promise((done) => setTimeout(done, NAMES_MS)),
    ]);
    return { ...envelope, chat: { ...chat } };
  }
}
