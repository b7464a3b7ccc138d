// Between what people say ({"text": "oi"}) and WhatsApp's message protobuf, in both directions.
import { createHash } from 'node:crypto'
import { proto } from 'baileys'
import { bytesOf } from './media.js'
import { castVote } from './polls.js'
import { base64, Refused } from './wire.js'

const { Type } = proto.Message.ProtocolMessage

// kind -> field of proto.Message, key derivation name, mediatype attribute, default MIME type
const MEDIA = {
	image: ['imageMessage', 'image', 'image', 'image/jpeg'],
	video: ['videoMessage', 'video', 'video', 'video/mp4'],
	audio: ['audioMessage', 'audio', 'audio', 'audio/mpeg'],
	ptt: ['audioMessage', 'audio', 'ptt', 'audio/ogg; codecs=opus'],
	document: ['documentMessage', 'document', 'document', 'application/pdf'],
	sticker: ['stickerMessage', 'sticker', 'sticker', 'image/webp']
}

/**
 * `chat` is the JID the quoted, edited or reacted-to message is in, seen by the author of this one. `polls` are those the author got, `voter` its names.
 */
export async function compose(said, { chat, media, peer, polls, voter }) {
	const kind = said.kind ?? (said.vote ? 'vote' : said.row ? 'row' : said.button ? 'button' : said.reaction ? 'reaction' : said.edit ? 'edit' : said.revoke ? 'revoke' : said.location ? 'location' : said.card ? 'contact' : 'text')
	const key = id => ({ remoteJid: chat, fromMe: said.targetFromMe ?? false, id })
	const plain = (message, attrs = {}) => ({ kind, message, attrs: { type: 'text', ...attrs } })
	switch (kind) {
		case 'text': {
			if (typeof said.text !== 'string' || !said.text) throw new Refused('"text" is missing')
			if (!said.quote) return plain({ conversation: said.text })
			return plain({ extendedTextMessage: { text: said.text, contextInfo: quote(said.quote, peer.lid) } })
		}
		case 'vote':
			return { kind, message: castVote(said.vote, { chat, polls, voter, creators: peer }), attrs: { type: 'poll' } }
		case 'row':
			return { kind, message: { listResponseMessage: { title: said.row.title, listType: 1, singleSelectReply: { selectedRowId: said.row.id }, ...(said.quote && { contextInfo: quote(said.quote, peer.lid) }) } }, attrs: { type: 'media' }, mediatype: 'list_response' }
		case 'button':
			return { kind, message: { buttonsResponseMessage: { selectedButtonId: said.button.id, selectedDisplayText: said.button.text, type: 1, ...(said.quote && { contextInfo: quote(said.quote, peer.lid) }) } }, attrs: { type: 'media' }, mediatype: 'buttons_response' }
		case 'reaction':
			return { kind, message: { reactionMessage: { key: key(said.reaction.id), text: said.reaction.emoji ?? '', senderTimestampMs: Date.now() } }, attrs: { type: 'reaction' } }
		case 'edit':
			return plain({ protocolMessage: { type: Type.MESSAGE_EDIT, key: { ...key(said.edit), fromMe: true }, editedMessage: { conversation: said.text }, timestampMs: Date.now() } }, { edit: '1' })
		case 'revoke':
			return plain({ protocolMessage: { type: Type.REVOKE, key: { ...key(said.revoke), fromMe: true } } }, { edit: '7' })
		case 'location': {
			const { latitude, longitude, name, address } = said.location
			return { kind, message: { locationMessage: { degreesLatitude: latitude, degreesLongitude: longitude, name, address } }, attrs: { type: 'media' }, mediatype: 'location' }
		}
		case 'contact':
			return { kind, message: { contactMessage: { displayName: said.card.name, vcard: said.card.vcard ?? vcard(said.card) } }, attrs: { type: 'media' }, mediatype: 'vcard' }
		default:
			return file(kind, said, media, peer.lid)
	}
}

async function file(kind, said, media, peer) {
	if (!MEDIA[kind]) throw new Refused(`unknown kind "${kind}"`)
	const [field, keyName, mediatype, mimetype] = MEDIA[kind]
	const fields = { ...await media.put(keyName, bytesOf(said.media ?? {})), mimetype: said.media.mime ?? mimetype }
	if (said.text) fields.caption = said.text
	if (kind === 'document') Object.assign(fields, { fileName: said.media.name ?? 'documento.pdf', title: said.media.name })
	if (kind === 'audio' || kind === 'ptt') Object.assign(fields, { seconds: said.media.seconds ?? 3, ptt: kind === 'ptt' })
	if (said.quote) fields.contextInfo = quote(said.quote, peer)
	return { kind, message: { [field]: fields }, attrs: { type: 'media' }, mediatype }
}

const quote = ({ id, text, participant }, peer) => ({ stanzaId: id, participant: participant ?? peer, quotedMessage: { conversation: text ?? '' } })
const vcard = ({ name, phone }) => `BEGIN:VCARD\nVERSION:3.0\nFN:${name}\nTEL;type=CELL;waid=${phone}:+${phone}\nEND:VCARD`

/** The message people wrote, out of the wrappers phones put around it. */
export function unwrap(message) {
	for (let inner = message; ;) {
		const next = inner?.deviceSentMessage?.message ?? inner?.ephemeralMessage?.message ?? inner?.viewOnceMessage?.message ??
			inner?.viewOnceMessageV2?.message ?? inner?.documentWithCaptionMessage?.message ?? inner?.editedMessage?.message
		if (!next) return inner
		inner = next
	}
}

/** A message in plain facts: kind, text, and for files their hash and size (the bytes too, for whoever wants them). */
export async function describe(wrapped, media) {
	const message = unwrap(wrapped)
	const text = message.conversation || message.extendedTextMessage?.text
	if (text) return { kind: 'text', text, ...quoted(message.extendedTextMessage?.contextInfo) }
	const { reactionMessage: reaction, protocolMessage: protocol, locationMessage: place, contactMessage: contact } = message
	if (reaction) return { kind: 'reaction', text: reaction.text ?? '', target: reaction.key?.id }
	if (protocol?.type === Type.REVOKE) return { kind: 'revoke', target: protocol.key?.id }
	if (protocol?.type === Type.MESSAGE_EDIT) return { ...await describe(protocol.editedMessage, media), kind: 'edit', target: protocol.key?.id }
	if (protocol) return { kind: `protocol:${Type[protocol.type] ?? protocol.type}` }
	const poll = message.pollCreationMessage ?? message.pollCreationMessageV3
	if (poll) return { kind: 'poll', text: poll.name, options: poll.options.map(({ optionName }) => optionName), selectable: poll.selectableOptionsCount }
	if (message.pollUpdateMessage) return { kind: 'vote', target: message.pollUpdateMessage.pollCreationMessageKey?.id }
	const answer = message.listResponseMessage?.title ?? message.buttonsResponseMessage?.selectedDisplayText
	if (answer) return { kind: 'text', text: answer }
	if (place) return { kind: 'location', latitude: place.degreesLatitude, longitude: place.degreesLongitude, text: place.name ?? undefined }
	if (contact) return { kind: 'contact', text: contact.displayName, vcard: contact.vcard }
	for (const [kind, [field, keyName]] of Object.entries(MEDIA)) {
		const found = message[field]
		if (found && (kind !== 'audio' || !found.ptt)) return describeFile(kind, found, keyName, media)
	}
	if (message.senderKeyDistributionMessage) return { kind: 'sender-key' }
	return { kind: 'unknown', fields: Object.keys(message).filter(name => message[name] != null) }
}

async function describeFile(kind, found, keyName, media) {
	const facts = { kind, text: found.caption || undefined, mime: found.mimetype, name: found.fileName || undefined, seconds: found.seconds || undefined, ...quoted(found.contextInfo) }
	try {
		const plain = await media.open(keyName, found)
		return { ...facts, size: plain.length, sha256: createHash('sha256').update(plain).digest('hex'), file: { keyName, directPath: found.directPath, url: found.url, mediaKey: base64(found.mediaKey), fileSha256: base64(found.fileSha256) } }
	} catch (error) {
		return { ...facts, broken: error.message }
	}
}

const quoted = context => (context?.stanzaId ? { quote: context.stanzaId } : {})
