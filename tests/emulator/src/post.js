// The post office: a stanza for a client is kept until the client confirms it, and sent again at each login until then.
import { decodeBinaryNode, encodeBinaryNode, S_WHATSAPP_NET } from 'baileys'
import { base64, bytes, child, children, node } from './wire.js'

const LOW_PRE_KEYS = 20

/** What a confirmation must say to belong to a stanza. Messages are known by id alone. */
const nameOf = (tag, { id, type, participant }) => (tag === 'message' ? `message/${id}` : `${tag}/${id}/${type ?? ''}/${participant ?? ''}`)

export class Post {
	#store
	#history
	#faults
	#next = 1

	constructor({ store, history, faults, people }) {
		this.#store = store
		this.#history = history
		this.#faults = faults
		for (const account of people.accounts) {
			for (const [seq, saved] of store.under(`pending/${account.noise}/`)) {
				account.pending.set(Number(seq), saved)
				account.pendingByName.set(saved.name, Number(seq))
			}
			this.#next = Math.max(this.#next, ...account.pending.keys()) + 1
		}
	}

	/** Keep a stanza and try to send it. A stanza of the same name is replaced: the newer ciphertext counts. */
	send(account, stanza) {
		const name = nameOf(stanza.tag, stanza.attrs)
		const seq = this.#find(account, name) ?? this.#next++
		const earlier = account.pending.get(seq)
		const entry = { name, id: stanza.attrs.id, tag: stanza.tag, bytes: base64(encodeBinaryNode(stanza)), sent: earlier?.sent ?? 0, nacks: (earlier?.nacks ?? -1) + 1 }
		account.pending.set(seq, entry)
		account.pendingByName.set(name, seq)
		const now = this.#reaches(account)
		if (now) entry.sent++
		this.#save(account, seq)
		this.#store.commit()
		if (now) this.#transmit(account, entry, stanza)
	}

	/** Say something that is worth nothing later: typing, presence. */
	mention(account, stanza) {
		if (this.#reaches(account)) account.connection.send(stanza)
	}

	/** A client is ready for what waited for it, the oldest first. */
	async flush(connection) {
		const { account } = connection
		if (account.connection !== connection) return
		const waiting = [...account.pending.keys()].sort((a, b) => a - b)
		connection.ready = true
		for (const seq of waiting) {
			const entry = account.pending.get(seq)
			if (!entry) continue
			const stanza = await decodeBinaryNode(bytes(entry.bytes))
			if (account.connection !== connection || !this.#reaches(account)) break
			entry.sent++
			this.#save(account, seq)
			this.#store.commit()
			this.#transmit(account, entry, { ...stanza, attrs: { ...stanza.attrs, offline: '0' } })
		}
		connection.send(node('ib', { from: S_WHATSAPP_NET }, [node('offline', { count: String(waiting.length) })]))
	}

	/** The client has these messages. */
	received(account, ids) {
		for (const id of ids) this.#drop(account, `message/${id}`)
		this.#store.commit()
	}

	/** The client's plain `ack`; one with an error refuses a message it cannot read and has asked for again. */
	acknowledged(account, { class: tag, error, ...attrs }) {
		const name = nameOf(tag, attrs)
		const seq = this.#find(account, name)
		if (seq === undefined) return
		const entry = account.pending.get(seq)
		if (error && entry.nacks > 0) return void entry.nacks--
		if (error) this.#history.record('message.refused', { account: account.number, id: attrs.id, error })
		this.#drop(account, name)
		this.#store.commit()
	}

	/** Tell the client to upload one-time keys before they run out. */
	watchPreKeys(account) {
		if (account.preKeys.size > LOW_PRE_KEYS || !account.connection) return
		account.connection.send(node('notification', { from: S_WHATSAPP_NET, type: 'encrypt', id: account.connection.nextId() }, [
			node('count', { value: String(account.preKeys.size) })
		]))
	}

	#transmit(account, entry, stanza) {
		if (stanza.tag === 'message') {
			this.#history.record('message.transmitted', { account: account.number, id: entry.id, transmission: entry.sent })
			if (this.#faults.take('corrupt', { account: account.number })) stanza = garbled(stanza)
			if (this.#faults.take('duplicate', { account: account.number })) account.connection.send(stanza)
		}
		account.connection.send(stanza)
	}

	#reaches(account) {
		return Boolean(account.connection?.takesMessages())
	}

	#find(account, name) {
		return account.pendingByName.get(name)
	}

	#drop(account, name) {
		const seq = this.#find(account, name)
		if (seq === undefined) return
		account.pending.delete(seq)
		account.pendingByName.delete(name)
		this.#store.delete(`pending/${account.noise}/${seq}`)
	}

	#save(account, seq) {
		this.#store.set(`pending/${account.noise}/${seq}`, account.pending.get(seq))
	}
}

function garbled(stanza) {
	const content = stanza.content.map(part => {
		if (part.tag !== 'enc') return part
		const broken = Buffer.from(part.content)
		broken[broken.length - 3] ^= 0xff
		return { ...part, content: broken }
	})
	return { ...stanza, content }
}

/** Every message id a receipt names. */
export function receiptIds(receipt) {
	const list = child(receipt, 'list')
	return [receipt.attrs.id, ...(list ? children(list, 'item').map(item => item.attrs.id) : [])]
}
