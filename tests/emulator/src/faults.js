// Misbehaviour on demand: each fault is asked for by a test or a person and says how often it strikes.
import { Refused } from './wire.js'

/** kind -> what it does; the parameters it takes are in the README. */
export const KINDS = {
	silent: 'nothing is answered or sent any more, the connection stays open',
	deaf: 'the server sends signs of life and hears nothing: no query or ping is answered, no message comes',
	withhold: 'pings and queries are answered, messages and receipts are held back until the next login',
	slow: 'every frame to the client is delayed by delayMs',
	drop_iq: 'queries whose "xmlns/type/tag" contains match are not answered',
	refuse_login: 'a login is answered with failure reason',
	refuse_connection: 'sockets are cut as soon as they open',
	ack_error: 'a message of the client is refused with error code',
	lose_message: 'a message of the client is neither stored nor acknowledged',
	lose_ack: 'a message of the client is stored and passed on but not acknowledged',
	cut_before_ack: 'a message of the client is stored and passed on, then the connection is cut instead of an ack',
	cut_before_store: 'the connection is cut when a message of the client arrives, before it is stored',
	corrupt: 'the next message to the client is garbled, so that it asks for it again',
	duplicate: 'a message to the client is transmitted twice',
	media: 'uploads or downloads (method) are answered with status, or after delayMs',
	passkey: 'linking stops at the passkey step: mode "hang" or "signal"'
}

/** The faults that are in force. `account` and `contact` narrow one down, `times` lets it wear out. */
export class Faults {
	#active = new Map()
	#next = 1
	#history

	constructor(history) {
		this.#history = history
	}

	get list() {
		return [...this.#active.values()]
	}

	add({ kind, times, ...rest }) {
		if (!KINDS[kind]) throw new Refused(`unknown fault "${kind}"; known: ${Object.keys(KINDS).join(', ')}`)
		const fault = { id: this.#next++, kind, ...(times && { times }), ...rest }
		this.#active.set(fault.id, fault)
		this.#history.record('fault.added', { fault: { ...fault } })
		return fault
	}

	remove(id) {
		if (id === undefined) this.#active.clear()
		else this.#active.delete(Number(id))
	}

	/** The fault of this kind that applies here, if any, without using it up. */
	find(kind, { account, contact, match, method } = {}) {
		for (const fault of this.#active.values()) {
			if (fault.kind !== kind) continue
			if (fault.account && fault.account !== account) continue
			if (fault.contact && fault.contact !== contact) continue
			if (fault.match && !match?.includes(fault.match)) continue
			if (fault.method && fault.method !== method) continue
			return fault
		}
		return undefined
	}

	/** Like `find`, and counts as one strike. */
	take(kind, where) {
		const fault = this.find(kind, where)
		if (!fault) return undefined
		if (fault.times !== undefined && --fault.times <= 0) this.#active.delete(fault.id)
		this.#history.record('fault.struck', { fault: kind, ...where })
		return fault
	}
}
