// What the tests share: an emulator on a temporary directory, clients in their own processes, waiting without sleeping.
import { fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { control } from '../../src/control.js'
import { Emulator } from '../../src/server.js'

const CLIENT = new URL('client.js', import.meta.url)
const PATIENCE_MS = 30000
const STATUS = { 3: 'DELIVERY_ACK', 4: 'READ' }
export const OWNER = '5511900000001'
export const ANA = '5511987654321'
export const BIA = '5521912345678'

/** An emulator and its control port; closed and wiped when the test ends. */
export async function anEmulator(t) {
	const directory = mkdtempSync(join(tmpdir(), 'emulator-'))
	const world = await startEmulator(directory)
	t.after(async () => {
		await Promise.all(world.clients.map(client => client.kill()))
		await world.stop()
		rmSync(directory, { recursive: true, force: true })
	})
	await world.post('contacts', { phone: ANA, name: 'Ana' })
	await world.post('contacts', { phone: BIA, name: 'Bia' })
	return world
}

/** A world is what the tests hold. This one runs inside the test's own process, the faster way. */
async function startEmulator(directory) {
	const emulator = await new Emulator({ directory }).listen()
	const server = await control(emulator)
	const facts = { control: `http://127.0.0.1:${server.address().port}`, url: emulator.url, ca: emulator.tls.caPath, noiseRoot: emulator.authority.rootHex }
	const world = remoteWorld(directory, facts)
	world.emulator = emulator
	world.stop = async () => {
		server.close()
		server.closeAllConnections()
		await emulator.close()
	}
	return world
}

/** A world behind the control port of an emulator that runs elsewhere. */
export function remoteWorld(directory, facts) {
	const world = { directory, facts, clients: [] }
	world.post = (path, data = {}) => call('POST', path, data)
	world.get = path => call('GET', path)
	world.remove = path => call('DELETE', path)
	world.seen = async (event, wanted = () => true, since = 0) => {
		for (const until = Date.now() + PATIENCE_MS; Date.now() < until;) {
			const { items, last } = await world.get(`events?since=${since}&events=${event}&wait=1`)
			const found = items.find(wanted)
			if (found) return found
			since = last
		}
		throw new Error(`the emulator never saw ${event}`)
	}
	async function call(method, path, data) {
		const response = await fetch(`${facts.control}/${path}`, { method, ...(data && { body: JSON.stringify(data), headers: { 'content-type': 'application/json' } }) })
		const result = await response.json()
		if (!response.ok) throw new Error(result.error)
		return result
	}
	return world
}

/** A client process; `file` keeps its state, so that two clients with one file are one client restarted. */
export class Client extends EventEmitter {
	#next = 1
	seen = []

	constructor(world, { file = join(world.directory, 'client.json'), options } = {}) {
		super()
		this.setMaxListeners(0)
		this.process = fork(CLIENT, {
			env: {
				...process.env, NODE_EXTRA_CA_CERTS: world.facts.ca, NODE_TEST_CONTEXT: '',
				CLIENT: JSON.stringify({ url: world.facts.url, noiseRoot: world.facts.noiseRoot, file, options })
			}
		})
		this.process.on('message', message => {
			if (message.event) this.seen.push(message)
			this.emit('message', message)
		})
		world.clients.push(this)
	}

	async call(op, data) {
		const id = this.#next++
		const answered = this.#first(message => message.id === id)
		this.process.send({ id, op, data })
		const { ok, error } = await answered
		if (error) throw new Error(error)
		return ok
	}

	/** The first event of this name that fits, also among those already seen. */
	async event(name, wanted = () => true, { fresh = false } = {}) {
		const fits = message => message.event === name && wanted(message.data)
		const past = !fresh && this.seen.find(fits)
		return (past || await this.#first(fits, name)).data
	}

	/** The message with this text, as the client got it. */
	async message(text) {
		const found = await this.event('messages.upsert', ({ messages }) => messages.some(one => one.message?.conversation === text))
		return { ...found.messages.find(one => one.message?.conversation === text), upsert: found.type }
	}

	/** The message was delivered (3) or read (4). A receipt faster than the client's own echo comes inside that echo. */
	async reached(id, status) {
		const fits = ({ event, data }) => (event === 'messages.update' && data.some(({ key, update }) => key.id === id && update.status === status)) ||
			(event === 'messages.upsert' && data.messages.some(one => one.key.id === id && [status, STATUS[status]].includes(one.status)))
		return this.seen.find(fits) || this.#first(fits, `status ${status} of ${id}`)
	}

	closed(code) {
		return this.event('connection', data => data.connection === 'close' && data.code === code)
	}

	async kill() {
		if (this.process.exitCode !== null || this.process.signalCode) return
		this.process.kill('SIGKILL')
		await once(this.process, 'exit')
	}

	#first(fits, what = 'an answer') {
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => done(new Error(`the client never reported ${what}`)), PATIENCE_MS)
			const look = message => fits(message) && done(undefined, message)
			const done = (error, message) => {
				clearTimeout(timer)
				this.off('message', look)
				if (error) reject(error)
				else resolve(message)
			}
			this.on('message', look)
		})
	}
}

/** A client that is linked to OWNER and online. */
export async function aLinkedClient(world, options = {}) {
	const client = new Client(world, options)
	const { qr } = await client.event('connection', data => data.qr)
	await world.post('scan', { qr, phone: OWNER, name: 'Loja', ...options.owner })
	await client.event('connection', data => data.connection === 'open')
	await world.seen('account.online')
	await client.event('messaging-history.set')
	return client
}
