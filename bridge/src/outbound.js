import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { proto } from 'baileys';
import { BridgeError } from './errors.js';

/** @typedef {import('./config.js').Config} Config */
/** @typedef {import('baileys').AnyMessageContent} AnyMessageContent */

/**
 * @typedef {object} Outgoing
 * @property {string} messageId made by the daemon before the first try, the same in each retry
 * @property {string} to
 * @property {'text' | 'image' | 'video' | 'audio' | 'document' | 'poll' | 'location' | 'contact' | 'reaction'} kind
 * @property {string} [text] the text, or the caption of a medium
 * @property {{path: string, mime?: string, name?: string, seconds?: number, ptt?: boolean, waveform?: string, thumbnail?: string}} [media]
 * @property {{id: string, fromMe: boolean, participant?: string, text?: string}} [quoted]
 * @property {{name: string, options: string[], selectable: number, secret: string}} [poll]
 * @property {{latitude: number, longitude: number, name?: string, address?: string}} [location]
 * @property {{name: string, vcard: string}[]} [contacts]
 * @property {{target: string, fromMe: boolean, participant?: string, emoji: string | null}} [reaction]
 */

/**
 * @param {string} path
 * @param {string} folder
 */
async function inside(path, folder) {
  const [file, root] = await Promise.all([realpath(path), realpath(folder)]).catch(() => {
    throw new BridgeError('media_missing', 'there is no such file to send', {
      field: 'media.path',
    });
  });
  if (!file.startsWith(root + sep)) {
    throw new BridgeError('media_outside', 'the file to send is not in the media folder', {
      field: 'media.path',
    });
  }
  return file;
}

/** @param {string | undefined} base64 */
const bytes = (base64) => (base64 ? Buffer.from(base64, 'base64') : undefined);

/**
 * @param {Outgoing} out
 * @param {Config} config
 * @returns {Promise<AnyMessageContent>}
 */
export async function contentToSend(out, config) {
  const { kind, text, media } = out;
  if (kind === 'text') {
    if (!text) throw new BridgeError('bad_request', 'text is empty', { field: 'text' });
    // A preview would make this box fetch whatever address the text names.
    return { text, linkPreview: null };
  }
  const plain = plainContent(out);
  if (plain) return plain;
  if (!media?.path)
    throw new BridgeError('bad_request', 'media.path is missing', { field: 'media' });
  const file = { url: await inside(media.path, config.mediaDir) };
  const { mime: mimetype, seconds } = media;
  const caption = text || undefined;
  // Without a thumbnail of the daemon's, none: making one would need a native image library.
  const jpegThumbnail = /** @type {any} */ (bytes(media.thumbnail) ?? null);
  switch (kind) {
    case 'image':
      return { image: file, caption, mimetype, jpegThumbnail };
    case 'video':
      return { video: file, caption, mimetype, jpegThumbnail };
    case 'audio':
      return /** @type {any} */ ({
        audio: file,
        mimetype: mimetype ?? 'audio/ogg; codecs=opus',
        ptt: media.ptt === true,
        seconds: seconds ?? 0,
        waveform: bytes(media.waveform) ?? new Uint8Array(64),
      });
    case 'document':
      return {
        document: file,
        caption,
        mimetype: mimetype ?? 'application/octet-stream',
        fileName: media.name ?? 'file',
      };
    default:
      throw new BridgeError('bad_request', `cannot send a ${String(kind)}`, { field: 'kind' });
  }
}

/** What needs no file. @param {Outgoing} out @returns {AnyMessageContent | null} */
function plainContent({ kind, to, poll, location, contacts, reaction }) {
  switch (kind) {
    case 'poll':
      return pollContent(poll);
    case 'location': {
      if (!location) throw missing('location');
      const { latitude: degreesLatitude, longitude: degreesLongitude, name, address } = location;
      return { location: { degreesLatitude, degreesLongitude, name, address } };
    }
    case 'contact': {
      if (!contacts?.length) throw missing('contacts');
      const cards = contacts.map(({ name, vcard }) => ({ displayName: name, vcard }));
      return { contacts: { displayName: cards[0].displayName, contacts: cards } };
    }
    case 'reaction': {
      if (!reaction?.target) throw missing('reaction');
      const { target: id, fromMe, participant, emoji } = reaction;
      return { react: { text: emoji ?? '', key: { remoteJid: to, id, fromMe, participant } } };
    }
    default:
      return null;
  }
}

/**
 * The secret opens the votes, so it comes from the daemon, which has it on disk before the poll leaves.
 * @param {Outgoing['poll']} poll
 */
function pollContent(poll) {
  if (!poll) throw missing('poll');
  const { name, options, selectable, secret } = poll;
  const messageSecret = Buffer.from(secret ?? '', 'base64');
  if (messageSecret.length !== 32) throw missing('poll.secret');
  if (!name || !(options?.length >= 2)) throw missing('poll.options');
  return { poll: { name, values: options, selectableCount: selectable, messageSecret } };
}

/** @param {string} field */
const missing = (field) => new BridgeError('bad_request', `${field} is missing`, { field });

/** @param {Outgoing} out */
export function quotedMessage({ quoted, to }) {
  if (!quoted) return undefined;
  const { id, fromMe, participant, text } = quoted;
  return {
    key: { remoteJid: to, id, fromMe, participant },
    message: proto.Message.create({ conversation: text ?? '' }),
  };
}

/**
 * @param {any} out
 * @returns {Outgoing}
 */
export function checked(out) {
  for (const field of ['messageId', 'to', 'kind']) {
    if (typeof out?.[field] !== 'string' || !out[field]) {
      throw new BridgeError('bad_request', `${field} is missing`, { field });
    }
  }
  if (!/^[0-9A-F]{16,40}$/.test(out.messageId)) {
    throw new BridgeError('bad_request', 'messageId is not a WhatsApp message id', {
      field: 'messageId',
    });
  }
  return out;
}
