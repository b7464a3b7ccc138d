import { decodeMessageNode, isLidUser, isPnUser } from 'baileys';
import { address, kindOfChat } from './jids.js';

/** @typedef {import('baileys').BinaryNode} BinaryNode */
/** @typedef {import('./jids.js').Address} Address */

/**
 * @typedef {object} Envelope who wrote what where: everything about a message but its content
 * @property {string} id WhatsApp's message id
 * @property {'person' | 'group' | 'status' | 'newsletter' | 'other'} chatKind
 * @property {Address} chat
 * @property {Address | null} participant who wrote it, in a group
 * @property {boolean} fromMe written on the phone or on another linked device
 * @property {string | null} pushName
 * @property {number} timestamp seconds
 * @property {boolean} offline it waited on the server while this session was away
 * @property {boolean} peer a message between the account's own devices, for programs
 */

/** @typedef {{id: string, lid?: string}} Me */

/**
 * The other name of the chat. In a message of our own the sender's names are ours, so that only the
 * recipient's count.
 * @param {Record<string, string>} attrs
 * @param {boolean} fromMe
 * @param {string} jid
 */
function otherName(attrs, fromMe, jid) {
  const lid = isLidUser(jid);
  const names = lid
    ? [attrs.peer_recipient_pn, attrs.recipient_pn, fromMe ? undefined : attrs.sender_pn]
    : [attrs.peer_recipient_lid, attrs.recipient_lid, fromMe ? undefined : attrs.sender_lid];
  return names.find((name) => name && (lid ? isPnUser(name) : isLidUser(name)));
}

/**
 * @param {BinaryNode} stanza
 * @param {Me} me
 * @returns {Envelope}
 */
export function envelopeOf(stanza, me) {
  const { attrs } = stanza;
  const { fullMessage } = decodeMessageNode(stanza, me.id, me.lid ?? '');
  const { key } = fullMessage;
  const jid = /** @type {string} */ (key.remoteJid);
  const fromMe = key.fromMe === true;
  return {
    id: /** @type {string} */ (key.id),
    chatKind: kindOfChat(jid),
    chat: address(jid, otherName(attrs, fromMe, jid)),
    participant: key.participant
      ? address(key.participant, attrs.participant_pn ?? attrs.participant_lid)
      : null,
    fromMe,
    pushName: fromMe ? null : (attrs.notify ?? null),
    timestamp: Number(attrs.t) || Math.floor(Date.now() / 1000),
    offline: attrs.was_offline !== undefined, // see connection.js, keepInOrder
    peer: attrs.category === 'peer',
  };
}
