import { normalizeMessageContent, proto, toNumber } from 'baileys';

/** @typedef {import('baileys').proto.IMessage} IMessage */

/**
 * What a message says, in plain values; what a field means is in PROTOCOL.md.
 * @typedef {object} Content
 * @property {string} kind
 * @property {string | null} [text]
 * @property {boolean} [truncated]
 * @property {Media} [media]
 * @property {{latitude: number, longitude: number, name: string | null, address: string | null}} [location]
 * @property {{name: string | null, phones: string[], vcard: string}[]} [contacts]
 * @property {{target: string, emoji: string | null}} [reaction]
 * @property {{target: string}} [edit]
 * @property {{target: string}} [revoke]
 * @property {{target: string, options: string[], at: number}} [vote]
 * @property {{id: string}} [selected] the row or button that an answer was made with
 * @property {{id: string, participant: string | null, text: string | null}} [quoted]
 */

/**
 * @typedef {object} Media
 * @property {'image' | 'video' | 'audio' | 'document' | 'sticker'} type
 * @property {string} mime
 * @property {string | null} name
 * @property {number} bytes as declared by the sender, then as counted
 * @property {number | null} seconds
 * @property {boolean} ptt
 * @property {string | null} [path]
 * @property {string | null} [sha256]
 * @property {string | null} [error]
 */

const EDIT = proto.Message.ProtocolMessage.Type.MESSAGE_EDIT;
const REVOKE = proto.Message.ProtocolMessage.Type.REVOKE;

/** Message field, our kind, Baileys' media type. */
const MEDIA = /** @type {const} */ ([
  ['imageMessage', 'image'],
  ['videoMessage', 'video'],
  ['ptvMessage', 'video'],
  ['audioMessage', 'audio'],
  ['documentMessage', 'document'],
  ['stickerMessage', 'sticker'],
]);

/** Protocol noise: nothing that a person wrote. */
const SILENT = new Set([
  'senderKeyDistributionMessage',
  'messageContextInfo',
  'protocolMessage',
  'pollUpdateMessage',
  'encReactionMessage',
  'keepInChatMessage',
  'pinInChatMessage',
  'deviceSentMessage',
  'encEventResponseMessage',
  'fastRatchetKeySenderKeyDistributionMessage',
]);

/**
 * @param {IMessage | null | undefined} message
 * @param {number} textChars
 * @returns {Content | null} null when there is nothing to show, such as a key exchange
 */
export function contentOf(message, textChars) {
  const inner = normalizeMessageContent(message ?? undefined);
  if (!inner) return null;
  const content = changeOf(inner) ?? bodyOf(inner);
  if (!content) return null;
  const quoted = quotedOf(inner);
  return clipped(quoted ? { ...content, quoted } : content, textChars);
}

/**
 * The part of the message that carries media, for the download.
 * @param {IMessage | null | undefined} message
 */
export function mediaPart(message) {
  const inner = normalizeMessageContent(message ?? undefined);
  const found = MEDIA.find(([field]) => inner?.[field]);
  return inner && found ? { part: /** @type {any} */ (inner[found[0]]), type: found[1] } : null;
}

/**
 * @param {IMessage} inner
 * @returns {Content | null}
 */
function changeOf(inner) {
  const { protocolMessage: change, reactionMessage: reaction } = inner;
  if (reaction?.key?.id) {
    return {
      kind: 'reaction',
      reaction: { target: reaction.key.id, emoji: reaction.text || null },
    };
  }
  const target = change?.key?.id;
  if (target && change.type === REVOKE) return { kind: 'revoke', revoke: { target } };
  if (target && change.type === EDIT) {
    const text = bodyOf(normalizeMessageContent(change.editedMessage ?? undefined) ?? {})?.text;
    return { kind: 'edit', text: text ?? null, edit: { target } };
  }
  return null;
}

/**
 * @param {IMessage} inner
 * @returns {Content | null}
 */
function bodyOf(inner) {
  const text = textOf(inner);
  if (text !== null) return { kind: 'text', text };
  return answerOf(inner) ?? mediaOf(inner) ?? placeOf(inner) ?? cardsOf(inner) ?? otherOf(inner);
}

/** @param {IMessage} inner */
function textOf(inner) {
  return inner.conversation || (inner.extendedTextMessage?.text ?? null);
}

/**
 * A tap on a row or a button that another program had sent.
 * @param {IMessage} inner
 * @returns {Content | null}
 */
function answerOf(inner) {
  const {
    listResponseMessage: row,
    buttonsResponseMessage: button,
    templateButtonReplyMessage: template,
    interactiveResponseMessage: flow,
  } = inner;
  const id =
    row?.singleSelectReply?.selectedRowId ||
    button?.selectedButtonId ||
    template?.selectedId ||
    flowId(flow?.nativeFlowResponseMessage?.paramsJson);
  const text =
    row?.title ||
    button?.selectedDisplayText ||
    template?.selectedDisplayText ||
    flow?.body?.text ||
    id;
  if (!text) return null;
  return { kind: 'text', text, ...(id && { selected: { id } }) };
}

/** @param {string | null | undefined} json what the sender's program made up */
function flowId(json) {
  try {
    const { id } = JSON.parse(json ?? '{}') ?? {};
    return typeof id === 'string' ? id : null;
  } catch {
    return null;
  }
}

/**
 * @param {IMessage} inner
 * @returns {Content | null}
 */
function mediaOf(inner) {
  const found = mediaPart(inner);
  if (!found) return null;
  const { part, type } = found;
  return {
    kind: type,
    text: part.caption || null,
    media: {
      type,
      mime: String(part.mimetype || 'application/octet-stream'),
      name: part.fileName || part.title || null,
      bytes: toNumber(part.fileLength ?? 0),
      seconds: part.seconds ?? null,
      ptt: part.ptt === true,
    },
  };
}

/**
 * @param {IMessage} inner
 * @returns {Content | null}
 */
function placeOf(inner) {
  const place = inner.locationMessage ?? inner.liveLocationMessage;
  if (!place || place.degreesLatitude == null || place.degreesLongitude == null) return null;
  const { name = null, address = null } = /** @type {any} */ (place);
  return {
    kind: 'location',
    text: /** @type {any} */ (place).caption || null,
    location: {
      latitude: place.degreesLatitude,
      longitude: place.degreesLongitude,
      name: name || null,
      address: address || null,
    },
  };
}

/**
 * @param {IMessage} inner
 * @returns {Content | null}
 */
function cardsOf(inner) {
  const single = inner.contactMessage ? [inner.contactMessage] : [];
  const cards = inner.contactsArrayMessage?.contacts ?? single;
  if (!cards.length) return null;
  return {
    kind: 'contact',
    text: null,
    contacts: cards.map(({ displayName, vcard }) => ({
      name: displayName || null,
      vcard: vcard ?? '',
      phones: [...(vcard ?? '').matchAll(/^(?:item\d+\.)?TEL[^:\n]*:(.+)$/gim)].map(([, tel]) =>
        tel.trim(),
      ),
    })),
  };
}

/**
 * @param {IMessage} inner
 * @returns {Content | null}
 */
function otherOf(inner) {
  const poll =
    inner.pollCreationMessage ??
    inner.pollCreationMessageV2 ??
    inner.pollCreationMessageV3 ??
    inner.pollCreationMessageV5;
  if (poll) {
    const options = (poll.options ?? []).map(({ optionName }) => `- ${optionName}`);
    return { kind: 'poll', text: [poll.name, ...options].join('\n') };
  }
  const fields = Object.entries(inner).filter(
    ([name, value]) => value != null && !SILENT.has(name),
  );
  return fields.length ? { kind: 'unsupported', text: null } : null;
}

/** @param {IMessage} inner */
function quotedOf(inner) {
  for (const value of Object.values(inner)) {
    const context = /** @type {any} */ (value)?.contextInfo;
    if (!context?.stanzaId) continue;
    const body = bodyOf(normalizeMessageContent(context.quotedMessage ?? undefined) ?? {});
    return {
      id: String(context.stanzaId),
      participant: context.participant || null,
      text: body?.text ?? null,
    };
  }
  return null;
}

/**
 * @param {Content} content
 * @param {number} textChars
 * @returns {Content}
 */
function clipped(content, textChars) {
  if (!content.text || content.text.length <= textChars) return content;
  return { ...content, text: content.text.slice(0, textChars), truncated: true };
}
