// Messages of the linked client: read by the phones they are for, recorded, acknowledged, answered with receipts.
import { setTimeout as after } from 'node:timers/promises'
import { describe } from './content.js'
import { Polls } from './polls.js'
import { child, children, deviceOf, isGroup, lidJid, node, seconds, userOf } from './wire.js'

const DEFAULT_POLICY = { delivered: true, read: false, delayMs: 0 }

export class Inbox {
	#store
	#history
	#people
	#faults
	#media
	#voices
	#deliveries = new Map() // contact number -> "account/id" -> delivery

	constructor({ store, history, people, faults, media, voices }) {
		Object.assign(this, { policy: { ...DEFAULT_POLICY, ...store.get('policy') } })
		this.#store = store
		this.#history = history
		this.#people = people
		this.#faults = faults
		this.#media = media
		this.#voices = voices
		for (const event of history.since(0, { names: ['message.received'], limit: Infinity })) this.#count(event)
	}

	setPolicy(policy) {
		this.policy = { ...this.policy, ...policy }
		this.#store.set('policy', this.policy)
		this.#store.commit()
	}

	/** Take a `message` stanza: what it says is on disk before the client hears that it was accepted. */
	async take(connection, stanza) {
		const { account } = connection
		const { id, to } = stanza.attrs
		const contact = isGroup(to) ? undefined : this.#people.contact(userOf(to))?.number
		const strikes = kind => this.#faults.take(kind, { account: account.number, contact })
		if (strikes('cut_before_store')) return connection.cut()
		if (strikes('lose_message')) return
		const refusal = strikes('ack_error')
		if (refusal) return this.#acknowledge(connection, stanza, { error: String(refusal.code ?? 463) })
		const readers = await this.#read(account, stanza)
		this.#store.commit()
		if (strikes('cut_before_ack')) return connection.cut()
		if (!strikes('lose_ack')) this.#acknowledge(connection, stanza)
		for (const reader of readers) this.#react(account, reader, id, to)
	}

	/** What a contact got, first arrival first; each message id once, with how often it was transmitted. */
	deliveries({ contact, account } = {}) {
		const wanted = contact ? [this.#people.knownContact(contact).number] : [...this.#deliveries.keys()]
		return wanted.flatMap(number => [...(this.#deliveries.get(number)?.values() ?? [])]).filter(delivery => !account || delivery.account === account)
	}

	#acknowledge(connection, { attrs: { id, to } }, extra = {}) {
		connection.send(node('ack', { class: 'message', id, from: to, t: String(seconds()), ...extra }))
	}

	/** Let every phone the stanza is for decrypt its part; those that could are returned. */
	async #read(account, stanza) {
		const { to, participant } = stanza.attrs
		const top = child(stanza, 'enc')
		const parts = children(child(stanza, 'participants'), 'to').map(part => [part.attrs.jid, child(part, 'enc')])
		if (top && top.attrs.type !== 'skmsg') parts.push([participant ?? to, top])
		const readers = []
		for (const [jid, enc] of parts) {
			if (enc && !isOwnCompanion(account, jid)) readers.push(await this.#decrypt(account, stanza, jid, device => device.decrypt(account.peer, enc)))
		}
		if (top?.attrs.type === 'skmsg') {
			const author = `${account.lid}:${account.device}@lid`
			for (const phone of this.#people.group(to)?.members ?? []) {
				if (this.#people.contact(phone)) readers.push(await this.#decrypt(account, stanza, `${phone}@s.whatsapp.net`, device => device.decryptFromGroup(to, author, top.content)))
			}
		}
		return readers.filter(Boolean)
	}

	async #decrypt(account, stanza, jid, open) {
		const { id, to } = stanza.attrs
		const own = account.isMe(userOf(jid))
		const contact = own ? undefined : this.#people.contact(userOf(jid))
		const device = own ? account.handset : contact?.phone
		if (!device) return void this.#history.record('message.unroutable', { account: account.number, id, to: jid })
		const group = isGroup(to) ? to : undefined
		try {
			const message = await open(device)
			if (message.senderKeyDistributionMessage) await device.learnSenderKey(`${account.lid}:${account.device}@lid`, message.senderKeyDistributionMessage)
			const facts = await describe(message, this.#media)
			if (facts.kind === 'sender-key') return undefined
			new Polls(this.#store, contact?.number ?? `handset-${account.number}`).learn(id, message, facts)
			this.#recordArrival(account, contact, id, { ...facts, ...(group && { group }) })
			return contact && { contact, facts, group }
		} catch (error) {
			this.#history.record('message.unreadable', { account: account.number, contact: contact?.number, id, error: error.message })
			if (contact) this.#voices.askAgain(account, contact, id, { group })
			return undefined
		}
	}

	#recordArrival(account, contact, id, facts) {
		if (!contact) return void this.#history.record('phone.copied', { account: account.number, id, ...facts })
		const transmission = (this.#deliveries.get(contact.number)?.get(`${account.number}/${id}`)?.transmissions ?? 0) + 1
		this.#count(this.#history.record('message.received', { account: account.number, contact: contact.number, id, transmission, ...facts }))
	}

	#count({ seq, at, event, account, contact, id, transmission, ...facts }) {
		let mine = this.#deliveries.get(contact)
		if (!mine) this.#deliveries.set(contact, mine = new Map())
		const known = mine.get(`${account}/${id}`)
		if (known) known.transmissions++
		else mine.set(`${account}/${id}`, { seq, at, account, contact, id, transmissions: 1, ...facts })
	}

	async #react(account, { contact, group }, id, to) {
		const { delivered, read, delayMs } = { ...this.policy, ...contact.policy }
		if (delayMs) await after(delayMs)
		if (delivered) this.#voices.receipt(account, contact, [id], { to, group })
		if (read) this.#voices.receipt(account, contact, [id], { to, group, type: 'read' })
	}
}

/** The client also encrypts group keys for itself; nobody else can read those. */
const isOwnCompanion = (account, jid) => account.isMe(userOf(jid)) && deviceOf(jid) === account.device
