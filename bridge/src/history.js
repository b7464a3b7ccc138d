import { address, kindOfChat } from './jids.js';

/** @typedef {import('baileys').WAMessage} WAMessage */
/** @typedef {import('./envelope.js').Envelope} Envelope */

/**
 * The envelope of a message that did not come as a stanza of its own: history, or what the phone
 * sent again because WhatsApp had it only there.
 * @param {WAMessage} message
 * @returns {Envelope | null}
 */
export function envelopeOfStored({ key, messageTimestamp, pushName }) {
  if (!key.remoteJid || !key.id) return null;
  return {
    id: key.id,
    chatKind: kindOfChat(key.remoteJid),
    chat: address(key.remoteJid, key.remoteJidAlt),
    participant: key.participant ? address(key.participant, key.participantAlt) : null,
    fromMe: key.fromMe === true,
    pushName: key.fromMe ? null : (pushName ?? null),
    timestamp: Number(messageTimestamp ?? 0),
    offline: false,
    peer: false,
  };
}

/**
 * The newest messages of a history sync, oldest first.
 * @param {WAMessage[]} messages
 * @param {number} limit
 */
export function newest(messages, limit) {
  const at = (/** @type {WAMessage} */ { messageTimestamp }) => Number(messageTimestamp ?? 0);
  return [...messages].sort((a, b) => at(a) - at(b)).slice(-limit);
}
