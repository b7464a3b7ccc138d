// Linking a client to a number: QR text or pairing code, signatures checked as a phone checks them, then "restart".
import { randomBytes } from 'node:crypto'
import {
	aesDecryptCTR, aesDecryptGCM, aesEncryptCTR, Curve, derivePairingCodeKey, hkdf, hmacSign, proto, S_WHATSAPP_NET,
	WA_ADV_ACCOUNT_SIG_PREFIX, WA_ADV_DEVICE_SIG_PREFIX
} from 'baileys'
import { base64, bigEndian, bytes, child, lidJid, node, pnJid, Refused, seconds, signalKey, userOf, verify } from './wire.js'

const REFS = 6 // a client shows that many codes, then gives up with 408

export class Linking {
	#people
	#history
	#faults
	#connections

	constructor({ people, history, faults, connections }) {
		this.#people = people
		this.#history = history
		this.#faults = faults
		this.#connections = connections
	}

	/** A client without an account: note its keys and offer references for codes. */
	offer(connection, noise, { eRegid, eIdent, eSkeyId, eSkeyVal, eSkeySig }) {
		if (!verify(eIdent, signalKey(eSkeyVal), eSkeySig)) throw new Error('the client signed its pre-key wrongly')
		connection.link = {
			noise,
			registration: {
				registrationId: bigEndian(eRegid), identity: base64(eIdent),
				signedPreKey: { id: bigEndian(eSkeyId), public: base64(eSkeyVal), signature: base64(eSkeySig) }
			}
		}
		const refs = Array.from({ length: REFS }, () => node('ref', {}, Buffer.from('2@' + randomBytes(32).toString('base64'))))
		connection.send(node('iq', { from: S_WHATSAPP_NET, type: 'set', id: connection.nextId(), xmlns: 'md' }, [node('pair-device', {}, refs)]))
		this.#history.record('link.offered', { connection: connection.id })
	}

	/** The phone scans: `qr` is the text the client shows. */
	scan(qr, owner) {
		const [, noiseKey, identity, secret] = String(qr).slice(String(qr).indexOf('#') + 1).split(',')
		if (!secret) throw new Refused('"qr" must be the whole text of the code')
		const noise = bytes(noiseKey).toString('hex')
		const connection = this.#waiting().find(({ link }) => link.noise === noise)
		if (!connection) throw new Refused('the client that showed this code is not connected any more', 404)
		if (connection.link.registration.identity !== identity) throw new Refused('the code has another identity than its client')
		if (!this.#passkey(connection)) this.#pair(connection, bytes(secret), owner)
	}

	/** The phone's owner types the code. */
	async enterCode(code, owner) {
		const connection = this.#waiting().find(({ link }) => userOf(link.code?.jid) === owner.phone)
		if (!connection) throw new Refused(`no client asked for a code for ${owner.phone}`, 404)
		if (this.#passkey(connection)) return
		const { code: link } = connection.link
		const wrapped = Buffer.from(link.wrapped)
		link.companion = aesDecryptCTR(wrapped.subarray(48, 80), await derivePairingCodeKey(code.replace('-', ''), wrapped.subarray(0, 32)), wrapped.subarray(32, 48))
		Object.assign(link, { ephemeral: Curve.generateKeyPair(), identity: Curve.generateKeyPair(), owner })
		const [salt, iv] = [randomBytes(32), randomBytes(16)]
		const sealed = Buffer.concat([salt, iv, aesEncryptCTR(link.ephemeral.public, await derivePairingCodeKey(code.replace('-', ''), salt), iv)])
		connection.send(node('notification', { from: S_WHATSAPP_NET, type: 'link_code_companion_reg', id: connection.nextId(), t: String(seconds()) }, [
			node('link_code_companion_reg', { stage: 'primary_hello' }, [
				node('link_code_pairing_wrapped_primary_ephemeral_pub', {}, sealed),
				node('primary_identity_pub', {}, link.identity.public),
				node('link_code_pairing_ref', {}, link.ref)
			])
		]))
	}

	/** The client's two steps of linking by code. */
	step(connection, iq, request) {
		if (request.attrs.stage === 'companion_hello') {
			connection.link.code = {
				jid: request.attrs.jid, ref: randomBytes(16),
				wrapped: child(request, 'link_code_pairing_wrapped_companion_ephemeral_pub').content
			}
			connection.reply(iq, [node('link_code_companion_reg', {}, [node('link_code_pairing_ref', {}, connection.link.code.ref)])])
			this.#history.record('link.code_requested', { connection: connection.id, phone: userOf(request.attrs.jid) })
		} else if (request.attrs.stage === 'companion_finish') {
			const secret = this.#advSecret(connection.link, child(request, 'link_code_pairing_wrapped_key_bundle').content)
			connection.reply(iq)
			this.#pair(connection, secret, connection.link.code.owner)
		}
	}

	/** The client accepted pair-success: check its signature, admit the account, ask for a new connection. */
	finish(connection, sign) {
		const { account } = connection.link
		const signed = proto.ADVSignedDeviceIdentity.decode(child(sign, 'device-identity').content)
		const identity = bytes(account.registration.identity)
		const message = Buffer.concat([WA_ADV_DEVICE_SIG_PREFIX, signed.details, identity, account.handset.identity.public])
		if (!verify(identity, message, signed.deviceSignature)) throw new Error('the client signed its device identity wrongly')
		for (const older of this.#people.accounts) if (older.number === account.number) this.unlink(older)
		this.#people.addAccount(account)
		this.#history.record('link.completed', { account: account.number, device: account.device })
		connection.end(515)
	}

	/** The number's owner removes the linked device, or links another one in its place. */
	unlink(account) {
		account.connection?.end(401)
		this.#people.removeAccount(account)
		this.#history.record('account.unlinked', { account: account.number, device: account.device })
	}

	#waiting() {
		return [...this.#connections].filter(connection => connection.link && connection.open)
	}

	/** Some numbers may not link without a passkey, which no unofficial client can give: codes then lead nowhere. */
	#passkey(connection) {
		const fault = this.#faults.take('passkey')
		if (!fault) return false
		if (fault.mode === 'signal') {
			connection.send(node('notification', { from: S_WHATSAPP_NET, type: 'passkey_prologue_request', id: connection.nextId(), t: String(seconds()) }, [
				node('passkey_prologue_request')
			]))
		}
		this.#history.record('link.passkey_required', { connection: connection.id, mode: fault.mode ?? 'hang' })
		return true
	}

	#advSecret({ code, registration }, bundle) {
		const shared = Curve.sharedKey(code.ephemeral.private, code.companion)
		const key = hkdf(shared, 32, { salt: bundle.subarray(0, 32), info: 'link_code_pairing_key_bundle_encryption_key' })
		const plain = aesDecryptGCM(bundle.subarray(44), key, bundle.subarray(32, 44), Buffer.alloc(0))
		const [companion, primary, random] = [plain.subarray(0, 32), plain.subarray(32, 64), plain.subarray(64, 96)]
		if (base64(companion) !== registration.identity || !primary.equals(Buffer.from(code.identity.public))) {
			throw new Error('linking by code: the identities do not match')
		}
		return Buffer.from(hkdf(Buffer.concat([shared, Curve.sharedKey(code.identity.private, companion), random]), 32, { info: 'adv_secret' }))
	}

	#pair(connection, secret, { phone, name, platform = 'android', device, chats, forge }) {
		const { noise, registration } = connection.link
		const account = this.#people.newAccount({ phone, name, noise, registration, chats, device })
		const { identity } = account.handset
		const details = proto.ADVDeviceIdentity.encode({ rawId: 1, timestamp: seconds(), keyIndex: 1, accountType: 0, deviceType: 0 }).finish()
		const signer = forge === 'signature' ? Curve.generateKeyPair() : identity
		const accountSignature = Curve.sign(signer.private, Buffer.concat([WA_ADV_ACCOUNT_SIG_PREFIX, details, bytes(registration.identity)]))
		const signed = proto.ADVSignedDeviceIdentity.encode({ details, accountSignatureKey: identity.public, accountSignature }).finish()
		const hmac = hmacSign(signed, forge === 'hmac' ? randomBytes(32) : secret)
		connection.link.account = account
		connection.send(node('iq', { from: S_WHATSAPP_NET, type: 'set', id: connection.nextId() }, [node('pair-success', {}, [
			node('device-identity', {}, proto.ADVSignedDeviceIdentityHMAC.encode({ details: signed, hmac }).finish()),
			node('platform', { name: platform }),
			node('device', { jid: `${account.number}:${account.device}@s.whatsapp.net`, lid: `${account.lid}:${account.device}@lid` })
		])]))
		this.#history.record('link.accepted', { connection: connection.id, account: account.number, jid: pnJid(account.number), lid: lidJid(account.lid) })
	}
}
