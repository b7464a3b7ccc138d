// The server's half of Noise_XX_25519_AESGCM_SHA256 with WhatsApp's framing and certificate chain.
import {
	aesDecryptGCM, aesEncryptGCM, Curve, hkdf, NOISE_MODE, NOISE_WA_HEADER, proto, sha256
} from 'baileys'
import { base64, bytes, seconds } from './wire.js'

const { Details } = proto.CertChain.NoiseCertificate
const YEAR = 365 * 86400
const EMPTY = Buffer.alloc(0)

/** The test root, an intermediate signed by it and the server's static key: what a client checks at hello. */
export class NoiseAuthority {
	constructor({ root, intermediate, server }) {
		Object.assign(this, { root, intermediate, server })
		this.chain = this.#chain()
	}

	static create() {
		return new NoiseAuthority({
			root: Curve.generateKeyPair(), intermediate: Curve.generateKeyPair(), server: Curve.generateKeyPair()
		})
	}

	static fromJSON(saved) {
		const pair = ({ public: pub, private: priv }) => ({ public: bytes(pub), private: bytes(priv) })
		return new NoiseAuthority({ root: pair(saved.root), intermediate: pair(saved.intermediate), server: pair(saved.server) })
	}

	toJSON() {
		const pair = key => ({ public: base64(key.public), private: base64(key.private) })
		return { root: pair(this.root), intermediate: pair(this.intermediate), server: pair(this.server) }
	}

	/** Hex of the root a client under test must trust instead of WhatsApp's. */
	get rootHex() {
		return Buffer.from(this.root.public).toString('hex')
	}

	#chain() {
		const validity = { notBefore: seconds() - 60, notAfter: seconds() + YEAR }
		const intermediate = Details.encode({ serial: 1, issuerSerial: 0, key: this.intermediate.public, ...validity }).finish()
		const leaf = Details.encode({ serial: 2, issuerSerial: 1, key: this.server.public, ...validity }).finish()
		return proto.CertChain.encode({
			intermediate: { details: intermediate, signature: Curve.sign(this.root.private, intermediate) },
			leaf: { details: leaf, signature: Curve.sign(this.intermediate.private, leaf) }
		}).finish()
	}
}

const frame = data => {
	const header = Buffer.alloc(3)
	header.writeUIntBE(data.length, 0, 3)
	return Buffer.concat([header, data])
}

const nonce = counter => {
	const iv = Buffer.alloc(12)
	iv.writeUInt32BE(counter, 8)
	return iv
}

/** One connection's handshake, then its transport cipher. */
export class NoiseResponder {
	#authority
	#buffer = EMPTY
	#hash = Buffer.from(NOISE_MODE)
	#salt = this.#hash
	#key = this.#hash
	#counter = 0
	#reads = 0
	#writes = 0
	#ephemeral
	#readKey
	#writeKey
	stage = 'intro'

	constructor(authority) {
		this.#authority = authority
	}

	/** Take bytes off the socket and yield the frames that are complete. */
	*frames(data) {
		this.#buffer = this.#buffer.length ? Buffer.concat([this.#buffer, data]) : data
		if (this.stage === 'intro') this.#intro()
		while (this.#buffer.length >= 3) {
			const end = 3 + this.#buffer.readUIntBE(0, 3)
			if (this.#buffer.length < end) return
			const whole = this.#buffer.subarray(3, end)
			this.#buffer = this.#buffer.subarray(end)
			yield whole
		}
	}

	/** clientHello in, serverHello out. */
	hello(data) {
		const { clientHello } = proto.HandshakeMessage.decode(data)
		this.#authenticate(clientHello.ephemeral)
		this.#ephemeral = Curve.generateKeyPair()
		this.#authenticate(this.#ephemeral.public)
		this.#mix(Curve.sharedKey(this.#ephemeral.private, clientHello.ephemeral))
		const { server, chain } = this.#authority
		const sealedStatic = this.#encrypt(server.public)
		this.#mix(Curve.sharedKey(server.private, clientHello.ephemeral))
		const payload = this.#encrypt(chain)
		this.stage = 'finish'
		return frame(proto.HandshakeMessage.encode({
			serverHello: { ephemeral: this.#ephemeral.public, static: sealedStatic, payload }
		}).finish())
	}

	/** clientFinish in: who the client is and what it wants. */
	finish(data) {
		const { clientFinish } = proto.HandshakeMessage.decode(data)
		const clientStatic = this.#decrypt(clientFinish.static)
		this.#mix(Curve.sharedKey(this.#ephemeral.private, clientStatic))
		const payload = proto.ClientPayload.decode(this.#decrypt(clientFinish.payload))
		;[this.#readKey, this.#writeKey] = this.#derive(EMPTY)
		this.stage = 'open'
		return { clientStatic: Buffer.from(clientStatic), payload }
	}

	seal(plain) {
		return frame(aesEncryptGCM(plain, this.#writeKey, nonce(this.#writes++), EMPTY))
	}

	open(cipher) {
		return aesDecryptGCM(cipher, this.#readKey, nonce(this.#reads++), EMPTY)
	}

	#intro() {
		if (this.#buffer.subarray(0, 2).toString() === 'ED') {
			this.#buffer = this.#buffer.subarray(7 + this.#buffer.readUIntBE(4, 3)) // edge routing comes first when known
		}
		if (!this.#buffer.subarray(0, 4).equals(NOISE_WA_HEADER)) throw new Error('not a WhatsApp client')
		this.#buffer = this.#buffer.subarray(4)
		this.#authenticate(NOISE_WA_HEADER)
		this.stage = 'hello'
	}

	#authenticate(data) {
		this.#hash = sha256(Buffer.concat([this.#hash, data]))
	}

	#encrypt(plain) {
		const sealed = aesEncryptGCM(plain, this.#key, nonce(this.#counter++), this.#hash)
		this.#authenticate(sealed)
		return sealed
	}

	#decrypt(cipher) {
		const plain = aesDecryptGCM(cipher, this.#key, nonce(this.#counter++), this.#hash)
		this.#authenticate(cipher)
		return plain
	}

	#derive(data) {
		const keys = hkdf(Buffer.from(data), 64, { salt: this.#salt, info: '' })
		return [keys.subarray(0, 32), keys.subarray(32)]
	}

	#mix(data) {
		[this.#salt, this.#key] = this.#derive(data)
		this.#counter = 0
	}
}
