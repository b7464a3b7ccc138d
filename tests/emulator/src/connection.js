// One client's socket: handshake, then stanzas in and out, strictly in order.
import { binaryNodeToString, decodeBinaryNode, encodeBinaryNode, S_WHATSAPP_NET } from 'baileys'
import { NoiseResponder } from './noise.js'
import { node } from './wire.js'

let count = 0

const SIGN_OF_LIFE_MS = 500

const ENDINGS = {
	515: () => node('stream:error', { code: '515' }),
	401: () => node('stream:error', { code: '401' }, [node('conflict', { type: 'device_removed' })]),
	440: () => node('stream:error', {}, [node('conflict', { type: 'replaced' })]),
	428: () => node('xmlstreamend'),
	503: () => node('stream:error', { code: '503' })
}

export class Connection {
	#socket
	#noise
	#faults
	#reading = Promise.resolve()
	#writing = Promise.resolve()
	#ids = 0
	id = ++count
	account
	link // what a client that links has told so far
	ready = false // the client asked for its messages
	mute = false // nothing goes in or out any more
	deaf = false // nothing is heard any more, but signs of life are sent
	withheld = false // queries are answered, messages held back

	/** `handlers`: hello(connection, login) and stanza(connection, node), both awaited; failed(connection, error). */
	constructor(socket, { authority, faults, handlers, trace }) {
		this.#socket = socket
		this.#noise = new NoiseResponder(authority)
		this.#faults = faults
		this.trace = trace
		socket.on('message', data => {
			this.#reading = this.#reading.then(() => this.#read(data, handlers)).catch(error => {
				handlers.failed(this, error)
				this.cut()
			})
		})
		this.gone = new Promise(resolve => socket.on('close', resolve)).then(() => this.#reading)
		socket.on('error', () => {}) // 'close' follows and says it all
	}

	get open() {
		return this.#socket.readyState === 1
	}

	nextId() {
		return `emu-${this.id}-${++this.#ids}`
	}

	send(stanza) {
		if (this.#isMute()) return
		if (this.trace) process.stderr.write(`S> ${binaryNodeToString(stanza).slice(0, 800)}\n`)
		const slow = this.#faults.find('slow', { account: this.account?.number })
		if (!slow && !this.delayed) return this.#write(stanza)
		this.delayed = (this.delayed ?? 0) + 1
		const due = Date.now() + (slow?.delayMs ?? 0)
		this.#writing = this.#writing.then(() => new Promise(resolve => setTimeout(resolve, due - Date.now()))).then(() => {
			this.delayed--
			this.#write(stanza)
		})
	}

	/** The result of a query. */
	reply(iq, content, attrs = {}) {
		this.send(node('iq', { from: S_WHATSAPP_NET, type: 'result', id: iq.attrs.id, ...attrs }, content))
	}

	refuse(iq, code, text) {
		this.send(node('iq', { from: iq.attrs.to ?? S_WHATSAPP_NET, type: 'error', id: iq.attrs.id }, [node('error', { code: String(code), text })]))
	}

	/** Close the way WhatsApp does for this code; any other number is sent as a failure reason. */
	end(code) {
		if (ENDINGS[code]) this.#finish(ENDINGS[code]())
		else this.fail(code)
	}

	/** Refuse a login, or give up a connection, for a reason. */
	fail(reason) {
		this.#finish(node('failure', { reason: String(reason), location: 'emulator' }))
	}

	/** As when a cable is pulled. */
	cut() {
		this.#socket.terminate()
	}

	#finish(stanza) {
		this.send(stanza)
		this.ready = false
		setTimeout(() => this.#socket.close(), 30)
	}

	/** Whether messages can reach this client; a fault may strike here. */
	takesMessages() {
		this.withheld ||= Boolean(this.#faults.take('withhold', { account: this.account?.number }))
		return this.ready && !this.withheld && !this.#isDeaf()
	}

	#isDeaf() {
		if (!this.deaf && this.#faults.take('deaf', { account: this.account?.number })) {
			this.deaf = true
			const life = setInterval(() => this.send(node('ib', { from: S_WHATSAPP_NET }, [node('sign_of_life')])), SIGN_OF_LIFE_MS)
			this.gone.then(() => clearInterval(life))
		}
		return this.deaf
	}

	#isMute() {
		this.mute ||= Boolean(this.#faults.take('silent', { account: this.account?.number }))
		return this.mute
	}

	#write(stanza) {
		if (this.open && !this.mute) this.#socket.send(this.#noise.seal(encodeBinaryNode(stanza)))
	}

	async #read(data, handlers) {
		if (this.#isMute() || this.#isDeaf()) return
		for (const frame of this.#noise.frames(Buffer.from(data))) {
			if (this.#noise.stage === 'hello') this.#socket.send(this.#noise.hello(frame))
			else if (this.#noise.stage === 'finish') await handlers.hello(this, this.#noise.finish(frame))
			else {
				const stanza = await decodeBinaryNode(this.#noise.open(frame))
				if (this.trace) process.stderr.write(`C> ${binaryNodeToString(stanza).slice(0, 1500)}\n`)
				await handlers.stanza(this, stanza)
			}
		}
	}
}
