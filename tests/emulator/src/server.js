// The emulator put together: one TLS port where clients connect and media lives, and the parts behind it.
import { once } from 'node:events'
import { createServer } from 'node:https'
import { WebSocketServer } from 'ws'
import { Connection } from './connection.js'
import { Faults } from './faults.js'
import { Inbox } from './inbox.js'
import { Linking } from './linking.js'
import { Media } from './media.js'
import { NoiseAuthority } from './noise.js'
import { People } from './people.js'
import { Post, receiptIds } from './post.js'
import { Queries } from './queries.js'
import { Scripts } from './scripts.js'
import { History, Store } from './store.js'
import { certificates } from './tls.js'
import { Voices } from './voices.js'
import { child, node, seconds, userOf } from './wire.js'

const HOST = '127.0.0.1'

export class Emulator {
	connections = new Set()

	/** Everything it knows lives in `directory`; the same directory is the same WhatsApp. */
	constructor({ directory, trace = false }) {
		this.directory = directory
		this.trace = trace
		this.store = new Store(directory)
		this.history = new History(directory)
		this.authority = this.#authority()
		this.faults = new Faults(this.history)
		this.people = new People(this.store)
		this.post = new Post(this)
		this.media = new Media(directory, this.faults)
		this.voices = new Voices(this)
		this.inbox = new Inbox(this)
		this.linking = new Linking(this)
		this.scripts = new Scripts(this)
		this.queries = new Queries(this)
	}

	async listen(port = 0) {
		this.tls = certificates(this.directory)
		this.server = createServer({ key: this.tls.key, cert: this.tls.cert }, (request, response) => {
			this.media.serve(request, response).catch(() => response.destroy())
		})
		this.sockets = new WebSocketServer({ server: this.server, maxPayload: 64 * 1024 * 1024 })
		this.sockets.on('connection', socket => this.#accept(socket))
		this.server.listen(port, HOST)
		await once(this.server, 'listening')
		this.port = this.server.address().port
		this.media.origin = `https://${HOST}:${this.port}`
		this.store.commit()
		this.scripts.resume()
		return this
	}

	get url() {
		return `wss://${HOST}:${this.port}/ws/chat`
	}

	get mediaHost() {
		return `${HOST}:${this.port}`
	}

	async close() {
		const gone = [...this.connections].map(connection => connection.gone)
		for (const connection of this.connections) connection.cut()
		this.sockets.close()
		this.server.close()
		this.server.closeAllConnections()
		await Promise.all([once(this.server, 'close'), ...gone])
		this.store.close()
		this.history.close()
	}

	/** The client finished its login queries: it gets what waited, and once the greetings of its phone. */
	async activated(connection) {
		const { account } = connection
		if (!account.pushed) await this.voices.introduce(account)
		await account.inOrder(() => this.post.flush(connection)) // nothing new overtakes what waited
		this.history.record('account.online', { account: account.number })
	}

	#authority() {
		const saved = this.store.get('noise')
		if (saved) return NoiseAuthority.fromJSON(saved)
		const authority = NoiseAuthority.create()
		this.store.set('noise', authority.toJSON())
		return authority
	}

	#accept(socket) {
		if (this.faults.take('refuse_connection')) return socket.terminate()
		const connection = new Connection(socket, {
			authority: this.authority, faults: this.faults, trace: this.trace,
			handlers: {
				hello: (from, login) => this.#login(from, login),
				stanza: (from, stanza) => this.#stanza(from, stanza),
				failed: (from, error) => this.history.record('connection.failed', { connection: from.id, error: error.message, stack: error.stack })
			}
		})
		this.connections.add(connection)
		this.history.record('connection.opened', { connection: connection.id })
		socket.on('close', () => this.#closed(connection))
	}

	#closed(connection) {
		this.connections.delete(connection)
		if (connection.account?.connection === connection) connection.account.connection = undefined
		this.history.record('connection.closed', { connection: connection.id, account: connection.account?.number })
	}

	#login(connection, { clientStatic, payload }) {
		const noise = clientStatic.toString('hex')
		if (!payload.username) return this.linking.offer(connection, noise, payload.devicePairingData)
		const account = this.people.accountByNoise(noise)
		const refused = this.faults.take('refuse_login', { account: account?.number })
		if (refused || !account) {
			this.history.record('login.refused', { connection: connection.id, reason: refused?.reason ?? 401 })
			return connection.fail(refused?.reason ?? 401)
		}
		account.connection?.end(440)
		account.connection = connection
		connection.account = account
		this.history.record('login', { connection: connection.id, account: account.number })
		connection.send(node('success', { t: String(seconds()), lid: `${account.lid}:${account.device}@lid`, props: '27', companion_enc_static: 'x', group_addressing_mode: 'lid' }))
	}

	async #stanza(connection, stanza) {
		const { account } = connection
		switch (stanza.tag) {
			case 'iq': {
				const sign = child(stanza, 'pair-device-sign')
				return sign ? this.linking.finish(connection, sign) : this.queries.answer(connection, stanza)
			}
			case 'message': return account && this.inbox.take(connection, stanza)
			case 'receipt': return account && this.#receipt(connection, stanza)
			case 'ack': return account && this.post.acknowledged(account, stanza.attrs)
			case 'chatstate': return this.#seen('client.typing', account, { contact: this.#contactOf(stanza.attrs.to), state: stanza.content?.[0]?.tag })
			case 'presence': return this.#seen('client.presence', account, { type: stanza.attrs.type, to: stanza.attrs.to })
			default:
		}
	}

	async #receipt(connection, stanza) {
		const { account } = connection
		const { id, to, type, participant } = stanza.attrs
		const ids = receiptIds(stanza)
		connection.send(node('ack', { class: 'receipt', id, from: to, ...(type && { type }), ...(participant && { participant }) }))
		if (type === 'retry') {
			const count = Number(child(stanza, 'retry')?.attrs.count ?? 1)
			this.history.record('client.retry', { account: account.number, id, count })
			return this.voices.resend(account, id, count)
		}
		if (type === 'read' || type === 'read-self' || type === 'played') return this.#seen('client.read', account, { contact: this.#contactOf(to), ids, type })
		this.voices.settled(account, ids)
		this.post.received(account, ids)
		if (type !== 'peer_msg' && type !== 'hist_sync') this.#seen('client.received', account, { contact: this.#contactOf(stanza.attrs.recipient ?? to), ids, type: type ?? 'delivered' })
	}

	#contactOf(jid) {
		return this.people.contact(userOf(jid ?? ''))?.number ?? jid
	}

	#seen(name, account, facts) {
		this.history.record(name, { account: account?.number, ...facts })
	}
}

