// A simulated phone: one Signal identity whose sessions live in the store and are kept parsed in memory.
import {
	Curve, encodeBigEndian, encodeWAMessage, initAuthCreds, KEY_BUNDLE_TYPE, proto, unpadRandomMax16, xmppPreKey,
	xmppSignedPreKey
} from 'baileys'
import {
	GroupCipher, GroupSessionBuilder, SenderKeyDistributionMessage, SenderKeyName, SenderKeyRecord
} from 'baileys/lib/Signal/Group/index.js'
import { base64, bytes, libsignal, node, signalKey } from './wire.js'

const { ProtocolAddress, SessionBuilder, SessionCipher, SessionRecord } = libsignal
const KEPT_CLOSED_SESSIONS = 5

/**
 * libsignal tries a message on every session there is and leaves those that do not fit with a moved
 * ratchet. A real phone does not: here each try is made on a copy.
 */
class CarefulCipher extends SessionCipher {
	async decryptWithSessions(data, sessions) {
		const record = await this.getRecord()
		let failure
		for (const session of sessions) {
			const copy = session.constructor.deserialize(session.serialize())
			try {
				const plaintext = await this.doDecryptWhisperMessage(data, copy)
				copy.indexInfo.used = Date.now()
				record.setSession(copy)
				return { session: copy, plaintext }
			} catch (error) {
				failure = error
			}
		}
		throw failure ?? new Error('no session')
	}
}

/** The identity a new phone makes for itself, as JSON. */
function newIdentity() {
	const { registrationId, signedIdentityKey: identity, signedPreKey } = initAuthCreds()
	return {
		registrationId,
		identity: { public: base64(identity.public), private: base64(identity.private) },
		signedPreKey: {
			id: signedPreKey.keyId, signature: base64(signedPreKey.signature),
			public: base64(signedPreKey.keyPair.public), private: base64(signedPreKey.keyPair.private)
		},
		nextPreKey: 1
	}
}

/** One phone of one person: encrypts for linked clients and decrypts what they send. */
export class Device {
	#store
	#prefix
	#keys
	#records = new Map()

	/** `name` is unique among all phones of this emulator. */
	constructor(store, name) {
		this.name = name
		this.#store = store
		this.#prefix = `signal/${name}/`
		this.#keys = store.get(`${this.#prefix}identity`)
		if (!this.#keys) {
			this.#keys = newIdentity()
			store.set(`${this.#prefix}identity`, this.#keys)
		}
		this.identity = { public: bytes(this.#keys.identity.public), private: bytes(this.#keys.identity.private) }
		this.storage = this.#signalStorage()
	}

	/** What the server hands to a client that asks for this phone's keys; each bundle spends a new one-time key. */
	bundle(jid) {
		const id = this.#keys.nextPreKey++
		const pair = Curve.generateKeyPair()
		this.#store.set(`${this.#prefix}prekey/${id}`, { public: base64(pair.public), private: base64(pair.private) })
		this.#store.set(`${this.#prefix}identity`, this.#keys)
		const signed = this.#keys.signedPreKey
		return node('user', { jid }, [
			node('registration', {}, encodeBigEndian(this.#keys.registrationId)),
			node('type', {}, KEY_BUNDLE_TYPE),
			node('identity', {}, this.identity.public),
			xmppPreKey(pair, id),
			xmppSignedPreKey({
				keyId: signed.id, signature: bytes(signed.signature), keyPair: { public: bytes(signed.public) }
			})
		])
	}

	hasSession(peer) {
		return Boolean(this.#record(this.#address(peer).toString())?.haveOpenSession())
	}

	/** Begin a session from keys the linked client uploaded. */
	async startSession(peer, keys) {
		await new SessionBuilder(this.storage, this.#address(peer)).initOutgoing({
			registrationId: keys.registrationId,
			identityKey: signalKey(keys.identity),
			signedPreKey: { keyId: keys.signedPreKey.id, publicKey: signalKey(keys.signedPreKey.public), signature: Buffer.from(keys.signedPreKey.signature) },
			...(keys.preKey && { preKey: { keyId: keys.preKey.id, publicKey: signalKey(keys.preKey.public) } })
		})
	}

	/** Forget what was agreed with the client: the next message starts anew. */
	endSession(peer) {
		const address = this.#address(peer).toString()
		this.#records.delete(address)
		this.#store.delete(`${this.#prefix}session/${address}`)
	}

	/** A message as an `enc` node for the linked client. */
	async encrypt(peer, message) {
		const cipher = new CarefulCipher(this.storage, this.#address(peer))
		const { type, body } = await this.#unlessBroken(peer, cipher.encrypt(encodeWAMessage(message)))
		return node('enc', { v: '2', type: type === 3 ? 'pkmsg' : 'msg' }, Buffer.from(body, 'binary'))
	}

	/** The message inside an `enc` node of the linked client; throws when this phone cannot read it. */
	async decrypt(peer, enc) {
		const cipher = new CarefulCipher(this.storage, this.#address(peer))
		const content = Buffer.from(enc.content)
		const plain = enc.attrs.type === 'pkmsg' ? cipher.decryptPreKeyWhisperMessage(content) : cipher.decryptWhisperMessage(content)
		return proto.Message.decode(unpadRandomMax16(await this.#unlessBroken(peer, plain)))
	}

	/** A message for a group: what everyone gets, and the sender key each member needs to read it. */
	async encryptForGroup(group, author, message) {
		const name = senderName(group, author)
		const distribution = await new GroupSessionBuilder(this.storage).create(name)
		const ciphertext = await new GroupCipher(this.storage, name).encrypt(encodeWAMessage(message))
		return {
			enc: node('enc', { v: '2', type: 'skmsg' }, Buffer.from(ciphertext)),
			senderKey: { senderKeyDistributionMessage: { groupId: group, axolotlSenderKeyDistributionMessage: distribution.serialize() } }
		}
	}

	async learnSenderKey(author, item) {
		const message = new SenderKeyDistributionMessage(null, null, null, null, item.axolotlSenderKeyDistributionMessage)
		await new GroupSessionBuilder(this.storage).process(senderName(item.groupId, author), message)
	}

	async decryptFromGroup(group, author, content) {
		const plain = await new GroupCipher(this.storage, senderName(group, author)).decrypt(Buffer.from(content))
		return proto.Message.decode(unpadRandomMax16(plain))
	}

	#address(peer) {
		return new ProtocolAddress(`${this.name}>${peer.lid}`, peer.device)
	}

	#record(address) {
		let record = this.#records.get(address)
		if (record) return record
		const saved = this.#store.get(`${this.#prefix}session/${address}`)
		if (!saved) return undefined
		record = SessionRecord.deserialize(saved)
		this.#records.set(address, record)
		return record
	}

	/** libsignal changes the record before it finds that a message is bad: then the saved one counts. */
	async #unlessBroken(peer, work) {
		try {
			return await work
		} catch (error) {
			this.#records.delete(this.#address(peer).toString())
			throw error
		}
	}

	#saveRecord(address, record) {
		const closed = Object.entries(record.sessions).filter(([, session]) => session.indexInfo.closed !== -1)
		closed.sort(([, a], [, b]) => b.indexInfo.closed - a.indexInfo.closed)
		for (const [key] of closed.slice(KEPT_CLOSED_SESSIONS)) delete record.sessions[key]
		this.#records.set(address, record)
		this.#store.set(`${this.#prefix}session/${address}`, record.serialize())
	}

	#signalStorage() {
		const pair = saved => saved && { privKey: bytes(saved.private), pubKey: signalKey(bytes(saved.public)) }
		return {
			loadSession: address => this.#record(address),
			storeSession: (address, record) => this.#saveRecord(address, record),
			isTrustedIdentity: () => true,
			loadPreKey: id => pair(this.#store.get(`${this.#prefix}prekey/${id}`)),
			removePreKey: id => this.#store.delete(`${this.#prefix}prekey/${id}`),
			loadSignedPreKey: () => pair(this.#keys.signedPreKey),
			getOurRegistrationId: () => this.#keys.registrationId,
			getOurIdentity: () => ({ privKey: this.identity.private, pubKey: signalKey(this.identity.public) }),
			loadSenderKey: name => {
				const saved = this.#store.get(`${this.#prefix}sender/${name}`)
				return saved ? SenderKeyRecord.deserialize(Buffer.from(saved)) : new SenderKeyRecord()
			},
			storeSenderKey: (name, record) => this.#store.set(`${this.#prefix}sender/${name}`, JSON.stringify(record.serialize()))
		}
	}
}

const senderName = (group, author) => new SenderKeyName(group, new ProtocolAddress(author, 0))
