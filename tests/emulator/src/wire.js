// Small vocabulary every module shares: stanza nodes, numbers on the wire, signatures that are really checked.
import { createRequire } from 'node:module'
import { randomBytes } from 'node:crypto'
import { generateSignalPubKey, getBinaryNodeChild, getBinaryNodeChildren, jidDecode } from 'baileys'

const libsignal = createRequire(import.meta.url)('libsignal')

// libsignal prints whole session objects, private keys included, through console: nobody wants to read those.
for (const method of ['info', 'warn', 'error']) {
	const original = console[method]
	console[method] = (...args) => /session|prekey|decrypt|pubkey/i.test(String(args[0])) || original(...args)
}

export { libsignal }

/** One stanza node, in the form Baileys' codec takes. */
export const node = (tag, attrs = {}, content) => ({ tag, attrs, content })
export const child = getBinaryNodeChild
export const children = getBinaryNodeChildren
export const firstChild = parent => (Array.isArray(parent.content) ? parent.content[0] : undefined)

export const seconds = () => Math.floor(Date.now() / 1000)
export const bigEndian = bytes => [...bytes].reduce((sum, byte) => sum * 256 + byte, 0)
export const base64 = bytes => Buffer.from(bytes).toString('base64')
export const bytes = text => Buffer.from(text, 'base64')

/** Baileys' own Curve.verify answers true to anything: here a signature counts only when it verifies. */
export const verify = (publicKey, message, signature) =>
	libsignal.curve.verifySignature(signalKey(publicKey), message, Buffer.from(signature)) === true

/** A public key in Signal's 33-byte form. */
export const signalKey = key => Buffer.from(generateSignalPubKey(Buffer.from(key)))

export const pnJid = user => `${user}@s.whatsapp.net`
export const lidJid = user => `${user}@lid`
export const userOf = jid => jidDecode(jid)?.user
export const deviceOf = jid => jidDecode(jid)?.device ?? 0
export const isGroup = jid => typeof jid === 'string' && jid.endsWith('@g.us')

/** A message id of the shape phones make (Android: 32 hex digits), so that clients tell them from their own. */
export const phoneMessageId = () => 'AC' + randomBytes(15).toString('hex').toUpperCase()

/** Numbers that mean the same Brazilian line: with and without the ninth digit after the area code. */
export function sameLine(phone) {
	const match = /^55([1-9][0-9])(9?)([0-9]{8})$/.exec(phone)
	if (!match) return [phone]
	const [, area, , rest] = match
	return [`55${area}9${rest}`, `55${area}${rest}`]
}

/** An error of the person or test that drives the emulator: answered as 4xx with its text. */
export class Refused extends Error {
	constructor(message, status = 400) {
		super(message)
		this.status = status
	}
}
