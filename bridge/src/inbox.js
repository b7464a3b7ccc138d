import { proto, unpadRandomMax16 } from 'baileys';
import { envelopeOf } from './envelope.js';
import { contentOf } from './normalise.js';
import { contentOfVote, sealedVote } from './votes.js';

/** @typedef {import('./link.js').Link} Link */
/** @typedef {import('./log.js').Logger} Logger */
/** @typedef {import('./config.js').Config} Config */
/** @typedef {import('./envelope.js').Envelope} Envelope */
/** @typedef {import('./envelope.js').Me} Me */
/** @typedef {import('./keystore.js').KeyRow} KeyRow */
/** @typedef {import('baileys').BinaryNode} BinaryNode */
/** @typedef {Envelope & import('./normalise.js').Content & {session: string, history: boolean, late: boolean}} Incoming */

const RETRY_MS = 1_000;

/**
 * What was decrypted, and its way to the daemon. A text goes in the transaction that moves the
 * ratchet. A message with media is stored in that transaction and delivered when its file is there;
 * what was stored and not delivered is delivered at the next start.
 */
export class Inbox {
  /**
   * @param {object} parts
   * @param {string} parts.session
   * @param {Link} parts.link
   * @param {Config} parts.config
   * @param {Logger} parts.log
   * @param {() => Me | undefined} parts.me
   * @param {() => boolean} parts.alive false once the session was stopped
   * @param {(envelope: Envelope) => Promise<Envelope>} parts.named completes the names of the chat
   * @param {(incoming: Incoming, message: proto.IMessage, digest: string) => void} parts.withMedia
   */
  constructor(parts) {
    this.parts = parts;
    /** The daemon cannot take what was decrypted; it stays with WhatsApp. */
    this.held = false;
  }

  /** @param {{digest: string, plaintext: Buffer, stanza: BinaryNode | undefined, rows: KeyRow[]}} entry */
  async commit({ digest, plaintext, stanza, rows }) {
    const found = stanza ? await this.#read(stanza, plaintext) : null;
    const media = found?.incoming.media !== undefined;
    const request = {
      session: this.parts.session,
      digest,
      plaintext: plaintext.toString('base64'),
      stanza: stanza ? { attrs: stanza.attrs } : null,
      rows,
      message: media ? null : (found?.incoming ?? null),
      pending: media,
    };
    await this.#insist('inbox.commit', request);
    if (media && found) this.parts.withMedia(found.incoming, found.message, digest);
  }

  /** @param {string} digest */
  async lookup(digest) {
    const { plaintext } = await this.parts.link.request('inbox.lookup', {
      session: this.parts.session,
      digest,
    });
    return plaintext == null ? null : Buffer.from(plaintext, 'base64');
  }

  /** Deliver what the last run of the bridge decrypted and did not get to. */
  async replay() {
    const { items } = await this.parts.link.request('inbox.pending', {
      session: this.parts.session,
    });
    for (const { digest, plaintext, stanza } of items) {
      const node = { tag: 'message', attrs: stanza.attrs };
      const found = await this.#read(node, Buffer.from(plaintext, 'base64'));
      if (found) this.parts.withMedia(found.incoming, found.message, digest);
    }
    return items.length;
  }

  /**
   * @param {Envelope} envelope
   * @param {proto.IMessage | null | undefined} message
   * @param {{history?: boolean, content?: import('./normalise.js').Content | null}} [options]
   *   `content` where it is known already
   * @returns {Incoming | null}
   */
  incoming(envelope, message, { history = false, content } = {}) {
    const { config, session } = this.parts;
    if (envelope.peer || !wanted(envelope, config.accept)) return null;
    if (content === undefined) content = contentOf(message, config.limits.textChars);
    if (!content) return null;
    const late = Date.now() / 1000 - envelope.timestamp > config.limits.maxAgeSeconds;
    return { session, ...envelope, ...content, history, late: late || history };
  }

  /**
   * @param {BinaryNode} stanza
   * @param {Buffer} plaintext
   */
  async #read(stanza, plaintext) {
    const me = this.parts.me();
    if (!me) return null;
    try {
      const decoded = proto.Message.decode(unpadRandomMax16(plaintext));
      const message = decoded.deviceSentMessage?.message ?? decoded;
      const envelope = await this.parts.named(envelopeOf(stanza, me));
      const vote = sealedVote(message);
      const content = vote ? await this.#voted(vote, envelope, me) : undefined;
      const incoming = this.incoming(envelope, message, { content });
      return incoming && { incoming, message };
    } catch (error) {
      // A message that cannot be read must not stop the ratchet: Baileys reports it in its own way.
      this.parts.log.warn({ err: String(error) }, 'a decrypted message could not be read');
      return null;
    }
  }

  /**
   * The daemon keeps the polls of this account; a vote in another's poll says nothing to it.
   * @param {import('./votes.js').SealedVote} vote
   * @param {Envelope} envelope
   * @param {Me} me
   */
  async #voted(vote, envelope, me) {
    const request = { session: this.parts.session, id: vote.poll };
    const { poll } = await this.#insist('poll.get', request);
    if (!poll) return null;
    const content = contentOfVote(vote, poll, envelope, me);
    if (!content.vote) this.parts.log.warn('a vote could not be opened');
    return content;
  }

  /**
   * Until the daemon has committed, WhatsApp must not hear that the message has arrived. A daemon
   * that cannot write (a full disk, say) is asked again, and the message stays with WhatsApp.
   * @param {string} op
   * @param {object} request
   */
  async #insist(op, request) {
    for (;;) {
      try {
        const answer = await this.parts.link.request(op, request);
        this.held = false;
        return answer;
      } catch (error) {
        this.held = this.parts.alive();
        if (!this.held) throw error;
        const { code } = /** @type {{code?: string}} */ (error);
        this.parts.log.warn({ code, op }, 'inbox not committed, trying again');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}

/**
 * @param {Envelope} envelope
 * @param {Config['accept']} accept
 */
function wanted({ chatKind }, accept) {
  if (chatKind === 'person') return true;
  if (chatKind === 'group') return accept.groups;
  if (chatKind === 'newsletter') return accept.newsletters;
  return chatKind === 'status' && accept.status;
}
