// A certificate authority of our own and a certificate for 127.0.0.1, written as DER by hand: Node signs but does not build them.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const DAY = 86400_000
const ECDSA_SHA256 = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]
const COMMON_NAME = [0x06, 0x03, 0x55, 0x04, 0x03]

/** Tag, length, value. */
function der(tag, ...parts) {
	const body = Buffer.concat(parts.map(part => Buffer.from(part)))
	const length = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255]
	return Buffer.concat([Buffer.from([tag, ...length]), body])
}

const sequence = (...parts) => der(0x30, ...parts)
const name = text => sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(text)))))
const time = at => der(0x18, Buffer.from(at.toISOString().replace(/[-:T]/g, '').slice(0, 14) + 'Z'))
const critical = der(0x01, [0xff])
const extension = (last, ...value) => sequence([0x06, 0x03, 0x55, 0x1d, last], ...value)
const pem = (label, data) => `-----BEGIN ${label}-----\n${data.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()}\n-----END ${label}-----\n`

const AUTHORITY = [extension(0x13, critical, der(0x04, sequence(der(0x01, [0xff])))), extension(0x0f, critical, der(0x04, [0x03, 0x02, 0x02, 0x04]))]
const LOOPBACK = [
	extension(0x11, der(0x04, sequence(der(0x82, Buffer.from('localhost')), der(0x87, [127, 0, 0, 1])))),
	extension(0x25, der(0x04, sequence([0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01])))
]

function certificate({ subject, issuer, publicKey, signer, extensions }) {
	const serial = randomBytes(8)
	serial[0] = 1 + (serial[0] & 0x7e)
	const body = sequence(
		der(0xa0, der(0x02, [2])), der(0x02, serial), sequence(ECDSA_SHA256), name(issuer),
		sequence(time(new Date(Date.now() - DAY)), time(new Date(Date.now() + 3650 * DAY))), name(subject),
		publicKey.export({ type: 'spki', format: 'der' }), der(0xa3, sequence(...extensions))
	)
	return pem('CERTIFICATE', sequence(body, sequence(ECDSA_SHA256), der(0x03, [0], sign('sha256', body, signer))))
}

/** PEM texts for the server, made at the first start and kept; `caPath` is what a client must trust. */
export function certificates(directory) {
	const file = suffix => join(directory, suffix)
	if (!existsSync(file('server.pem'))) make(file)
	return { caPath: file('ca.pem'), key: readFileSync(file('server.key')), cert: readFileSync(file('server.pem')) }
}

function make(file) {
	const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' })
	const server = generateKeyPairSync('ec', { namedCurve: 'P-256' })
	const issuer = 'WhatsApp emulator'
	writeFileSync(file('ca.pem'), certificate({ subject: issuer, issuer, publicKey: authority.publicKey, signer: authority.privateKey, extensions: AUTHORITY }))
	writeFileSync(file('server.key'), server.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
	writeFileSync(file('server.pem'), certificate({ subject: '127.0.0.1', issuer, publicKey: server.publicKey, signer: authority.privateKey, extensions: LOOPBACK }))
}
