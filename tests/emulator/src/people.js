// Who exists: contacts with their phones, linked accounts with theirs, groups. All of it kept in the store.
import { Device } from './device.js'
import { base64, bytes, lidJid, node, pnJid, Refused, sameLine, seconds, userOf } from './wire.js'

const PHONE = /^[1-9][0-9]{7,14}$/
const lidOf = (prefix, number) => prefix + number.padStart(14, '0')
const checked = number => {
	if (!PHONE.test(number ?? '')) throw new Refused('"phone" must be 8 to 15 digits with the country code, no plus sign')
	return number
}

/** Somebody with a phone whom an account can talk to. */
export class Contact {
	constructor(store, saved) {
		Object.assign(this, { policy: {}, ...saved })
		this.phone = new Device(store, this.number)
	}

	toJSON() {
		const { number, lid, name, policy } = this
		return { number, lid, name, policy }
	}
}

/** A linked client: the companion device of one number, and that number's own phone (the handset). */
export class Account {
	#store
	#lane = Promise.resolve()
	connection
	pending = new Map() // what the client has not confirmed, by sequence number
	pendingByName = new Map()

	constructor(store, saved) {
		this.#store = store
		Object.assign(this, saved)
		this.handset = new Device(store, `handset-${saved.handsetId ?? saved.number}`)
		this.preKeys = new Map(store.under(`prekey/${this.noise}/`))
	}

	get peer() {
		return { lid: this.lid, device: this.device }
	}

	toJSON() {
		const { number, lid, name, device, noise, registration, handsetId, pushed, chats } = this
		return { number, lid, name, device, noise, registration, handsetId, pushed, chats }
	}

	save() {
		this.#store.set(`account/${this.noise}`, this.toJSON())
	}

	isMe(user) {
		return user === this.number || user === this.lid
	}

	/** Run one after another what must reach this client in order. */
	inOrder(work) {
		const done = this.#lane.then(work)
		this.#lane = done.catch(() => {})
		return done
	}

	addPreKey(id, key) {
		this.preKeys.set(String(id), base64(key))
		this.#store.set(`prekey/${this.noise}/${id}`, base64(key))
	}

	setSignedPreKey(signedPreKey) {
		this.registration.signedPreKey = signedPreKey
		this.save()
	}

	/** The uploaded keys one new session is built from; spends a one-time key. */
	takeKeys() {
		const { registrationId, identity, signedPreKey } = this.registration
		const [first] = this.preKeys
		if (first) {
			this.preKeys.delete(first[0])
			this.#store.delete(`prekey/${this.noise}/${first[0]}`)
		}
		return {
			registrationId, identity: bytes(identity),
			signedPreKey: { id: signedPreKey.id, public: bytes(signedPreKey.public), signature: bytes(signedPreKey.signature) },
			...(first && { preKey: { id: Number(first[0]), public: bytes(first[1]) } })
		}
	}
}

/** The directory of everybody. */
export class People {
	#store
	#contacts = new Map()
	#accounts = new Map()
	#groups = new Map()

	constructor(store) {
		this.#store = store
		for (const [, saved] of store.under('contact/')) this.#admit(new Contact(store, saved))
		for (const [noise, saved] of store.under('account/')) this.#accounts.set(noise, new Account(store, saved))
		for (const [id, saved] of store.under('group/')) this.#groups.set(id, saved)
	}

	get contacts() {
		return [...new Set(this.#contacts.values())]
	}

	get accounts() {
		return [...this.#accounts.values()]
	}

	get groups() {
		return [...this.#groups.values()]
	}

	/** Make or change a contact. */
	putContact({ phone, name, lid, policy }) {
		let contact = this.contact(phone)
		if (!contact) {
			contact = new Contact(this.#store, { number: checked(phone), lid: lid ?? lidOf('1', phone), name: name ?? `Contato ${phone}` })
			this.#admit(contact)
		}
		if (name) contact.name = name
		if (policy) contact.policy = { ...contact.policy, ...policy }
		this.#store.set(`contact/${contact.number}`, contact.toJSON())
		this.#store.commit()
		return contact
	}

	/** By number, by either form of a Brazilian number, or by LID. */
	contact(user) {
		return this.#contacts.get(user) ?? sameLine(user ?? '').map(form => this.#contacts.get(form)).find(Boolean)
	}

	knownContact(phone) {
		const contact = this.contact(phone)
		if (!contact) throw new Refused(`no contact ${phone}: create it with POST /contacts`, 404)
		return contact
	}

	/** The account of a number; the only one when no number is given. */
	account(number) {
		const found = number ? this.accounts.filter(account => account.isMe(number)) : this.accounts
		if (found.length === 1) return found[0]
		throw new Refused(number ? `no linked account ${number}` : `"account" is needed: ${found.length} are linked`, 404)
	}

	accountOf(user) {
		return this.accounts.find(account => account.isMe(user))
	}

	accountByNoise(noise) {
		return this.#accounts.get(noise)
	}

	/** Give a number's next companion device its place. A number that links again is a new device. */
	newAccount({ phone, name, noise, registration, chats, device }) {
		checked(phone)
		const devices = this.accounts.filter(account => account.number === phone).map(account => account.device)
		const place = device ?? Math.max(10, ...devices) + 1
		return new Account(this.#store, {
			number: phone, lid: lidOf('2', phone), name: name ?? 'Loja', device: place, noise, registration, chats, handsetId: phone
		})
	}

	addAccount(account) {
		this.#accounts.set(account.noise, account)
		account.save()
	}

	removeAccount(account) {
		this.#accounts.delete(account.noise)
		this.#store.delete(`account/${account.noise}`)
		for (const id of account.preKeys.keys()) this.#store.delete(`prekey/${account.noise}/${id}`)
		for (const seq of account.pending.keys()) this.#store.delete(`pending/${account.noise}/${seq}`)
		this.#store.commit()
	}

	putGroup({ id, subject, members, mode }) {
		const jid = id?.includes('@') ? id : `${id ?? `1203630${Date.now()}`}@g.us`
		const group = { id: jid, subject: subject ?? 'Grupo', members, mode: mode ?? 'lid', created: seconds() }
		for (const phone of members) if (!this.accountOf(phone)) this.knownContact(phone)
		this.#groups.set(jid, group)
		this.#store.set(`group/${jid}`, group)
		this.#store.commit()
		return group
	}

	group(id) {
		return this.#groups.get(id)
	}

	/** A group as a stanza describes it. */
	groupNode(group) {
		const participants = group.members.map(phone => {
			const { number, lid } = this.accountOf(phone) ?? this.contact(phone)
			return node('participant', group.mode === 'lid' ? { jid: lidJid(lid), phone_number: pnJid(number) } : { jid: pnJid(number), lid: lidJid(lid) })
		})
		return node('group', {
			id: userOf(group.id), subject: group.subject, s_t: String(group.created), creation: String(group.created),
			addressing_mode: group.mode, size: String(participants.length)
		}, participants)
	}

	#admit(contact) {
		this.#contacts.set(contact.number, contact)
		this.#contacts.set(contact.lid, contact)
	}
}
