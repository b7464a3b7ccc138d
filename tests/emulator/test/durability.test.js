import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import test from 'node:test'
import { History, Store } from '../src/store.js'
import { aLinkedClient, ANA, Client, OWNER, remoteWorld } from './support/harness.js'

const MAIN = new URL('../src/main.js', import.meta.url).pathname

/** The emulator as a process of its own, as everybody uses it. */
async function aProcess(directory, ports = [0, 0]) {
	const process_ = spawn(process.execPath, [MAIN, '--state', directory, '--port', String(ports[0]), '--control-port', String(ports[1]), '--quit-with-stdin'], { stdio: ['pipe', 'pipe', 'inherit'] })
	const [line] = await once(createInterface({ input: process_.stdout }), 'line')
	return { process: process_, ...JSON.parse(line) }
}

test('an emulator killed in the middle forgets nothing it acknowledged', async t => {
	const directory = mkdtempSync(join(tmpdir(), 'emulator-'))
	let running = await aProcess(directory)
	const world = remoteWorld(directory, running)
	t.after(async () => {
		await Promise.all(world.clients.map(client => client.kill()))
		running.process.kill()
		rmSync(directory, { recursive: true, force: true })
	})
	await world.post('contacts', { phone: ANA, name: 'Ana' })
	const client = await aLinkedClient(world)
	const key = await client.call('send', { to: `${ANA}@s.whatsapp.net`, content: { text: 'guardado' } })
	await client.event('ack', attrs => attrs.id === key.id)
	await client.kill()
	const { id } = await world.post('messages', { contact: ANA, text: 'à espera' })
	running.process.kill('SIGKILL')
	await once(running.process, 'exit')

	const ports = [new URL(running.url).port, new URL(running.control).port]
	running = await aProcess(directory, ports)
	const again = new Client(world)
	assert.equal((await again.message('à espera')).key.id, id)
	const answer = await again.call('send', { to: `${ANA}@s.whatsapp.net`, content: { text: 'depois' } })
	await world.seen('message.received', event => event.id === answer.id)
	assert.deepEqual((await world.get(`deliveries?contact=${ANA}`)).items.map(({ text }) => text), ['guardado', 'depois'])
	assert.equal((await world.get('accounts')).items[0].number, OWNER)
})

test('the emulator stops when its parent goes away', async t => {
	const directory = mkdtempSync(join(tmpdir(), 'emulator-'))
	t.after(() => rmSync(directory, { recursive: true, force: true }))
	const running = await aProcess(directory)
	running.process.stdin.end()
	const [code] = await once(running.process, 'exit')
	assert.equal(code, 0)
})

test('a torn last line is dropped, the lines before it count', t => {
	const directory = mkdtempSync(join(tmpdir(), 'emulator-'))
	t.after(() => rmSync(directory, { recursive: true, force: true }))
	const store = new Store(directory)
	store.set('a', 1)
	store.commit()
	store.set('a', 2)
	store.close()
	const history = new History(directory)
	history.record('one')
	history.close()
	for (const file of ['state.jsonl', 'history.jsonl']) appendFileSync(join(directory, file), '{"half')

	assert.equal(new Store(directory).get('a'), 2)
	const reopened = new History(directory)
	assert.equal(reopened.record('two').seq, 2)
	assert.deepEqual(new History(directory).since(0).map(({ event }) => event), ['one', 'two'])
})
