import { createHash } from 'node:crypto';
import { decryptPollVote, jidNormalizedUser, normalizeMessageContent, toNumber } from 'baileys';

/** @typedef {import('baileys').proto.IMessage} IMessage */
/** @typedef {import('./envelope.js').Envelope} Envelope */
/** @typedef {import('./envelope.js').Me} Me */
/** @typedef {import('./normalise.js').Content} Content */

/**
 * @typedef {object} SealedVote what a tap on a poll looks like before its poll is known
 * @property {string} poll message id of the poll
 * @property {Uint8Array} encPayload
 * @property {Uint8Array} encIv
 * @property {number} at epoch milliseconds, by the voter's clock
 */

/** @typedef {{name: string, options: string[], secret: string}} Poll as the daemon keeps it; the secret in base64 */

/**
 * @param {IMessage | null | undefined} message
 * @returns {SealedVote | null}
 */
export function sealedVote(message) {
  const update = normalizeMessageContent(message ?? undefined)?.pollUpdateMessage;
  const poll = update?.pollCreationMessageKey?.id;
  const { encPayload, encIv } = update?.vote ?? {};
  if (!poll || !encPayload?.length || !encIv?.length) return null;
  return { poll, encPayload, encIv, at: toNumber(update?.senderTimestampMs ?? 0) };
}

/**
 * What was voted for. A vote holds the hashes of all options that are chosen from now on: none of
 * them when it was taken back.
 * @param {SealedVote} vote
 * @param {Poll} poll
 * @param {Envelope} envelope
 * @param {Me} me
 * @returns {Content}
 */
export function contentOfVote(vote, poll, envelope, me) {
  const quoted = { id: vote.poll, participant: null, text: poll.name };
  const hashes = opened(vote, Buffer.from(poll.secret, 'base64'), voters(envelope, me), names(me));
  // Somebody tapped, and nobody can say on what: a person should know.
  if (!hashes) return { kind: 'unsupported', text: null, quoted };
  const options = poll.options.filter((option) => hashes.has(hashOf(option)));
  const text = options.join('\n') || null;
  return { kind: 'vote', text, vote: { target: vote.poll, options, at: vote.at }, quoted };
}

/**
 * The key of a vote is bound to the names of the poll's author and of the voter, and WhatsApp does
 * not say which of their two names each was: whichever pair opens it is right.
 * @param {SealedVote} vote
 * @param {Buffer} secret
 * @param {string[]} voterJids
 * @param {string[]} creatorJids
 * @returns {Set<string> | null} hashes in hex
 */
function opened(vote, secret, voterJids, creatorJids) {
  for (const pollCreatorJid of creatorJids) {
    for (const voterJid of voterJids) {
      const context = { pollCreatorJid, pollMsgId: vote.poll, pollEncKey: secret, voterJid };
      try {
        const { selectedOptions } = decryptPollVote(vote, context);
        return new Set(selectedOptions.map((hash) => Buffer.from(hash).toString('hex')));
      } catch {
        // not this pair of names
      }
    }
  }
  return null;
}

/** @param {Me} me */
const names = (me) =>
  [me.lid, me.id].flatMap((jid) => (jid ? [jidNormalizedUser(jid)] : [])).filter(Boolean);

/**
 * @param {Envelope} envelope
 * @param {Me} me
 */
function voters({ chat, participant, fromMe }, me) {
  if (fromMe) return names(me);
  const { jid, lid, pn } = participant ?? chat;
  return [...new Set([pn, lid, jid])].filter((name) => name !== null);
}

/** @param {string} option */
const hashOf = (option) => createHash('sha256').update(option).digest('hex');
