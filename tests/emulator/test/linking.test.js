import assert from 'node:assert/strict'
import test from 'node:test'
import { aLinkedClient, ANA, anEmulator, Client, OWNER } from './support/harness.js'

const showsCode = client => client.event('connection', data => data.qr)

test('a client links with a pairing code typed on the phone', async t => {
	const world = await anEmulator(t)
	const client = new Client(world)
	await showsCode(client)
	const code = await client.call('code', { phone: OWNER })
	await world.seen('link.code_requested', event => event.phone === OWNER)
	assert.equal((await world.get('links')).items[0].code, OWNER)
	await world.post('pairing-code', { code, phone: OWNER })
	await client.event('connection', data => data.connection === 'open')
	assert.equal((await client.call('user')).id.split(':')[0], OWNER)
})

test('a wrong pairing code links nothing', async t => {
	const world = await anEmulator(t)
	const client = new Client(world)
	await showsCode(client)
	await client.call('code', { phone: OWNER })
	await world.post('pairing-code', { code: 'AAAA1111', phone: OWNER })
	await world.seen('connection.failed')
	assert.deepEqual((await world.get('accounts')).items, [])
	await assert.rejects(world.post('pairing-code', { code: 'AAAA1111', phone: ANA }), /no client asked/)
})

test('linking restarts the client with 515', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await client.closed(515)
	const [account] = (await world.get('accounts')).items
	assert.equal(account.number, OWNER)
	assert.ok(account.preKeys > 800)
})

test('a passkey gate leaves the client waiting, with or without a sign of it', async t => {
	const world = await anEmulator(t)
	for (const mode of ['hang', 'signal']) {
		await world.post('faults', { kind: 'passkey', mode, times: 1 })
		const client = new Client(world, { file: `${world.directory}/${mode}.json` })
		const { qr } = await showsCode(client)
		await world.post('scan', { qr, phone: OWNER })
		await world.seen('link.passkey_required', event => event.mode === mode)
		if (mode === 'signal') await client.event('notification', attrs => attrs.type === 'passkey_prologue_request')
	}
	assert.deepEqual((await world.get('accounts')).items, [])
})

test('a forged link is refused by the client', async t => {
	const world = await anEmulator(t)
	const client = new Client(world)
	const { qr } = await showsCode(client)
	await world.post('scan', { qr, phone: OWNER, forge: 'hmac' })
	await client.event('connection', data => data.connection === 'close')
	assert.deepEqual((await world.get('accounts')).items, [])
})

test('a device removed on the phone is logged out for good', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await world.post('unlink')
	await client.closed(401)
	client.seen = []
	await client.call('connect')
	await client.closed(401)
})

test('a number that links again replaces its earlier device', async t => {
	const world = await anEmulator(t)
	const first = await aLinkedClient(world)
	const second = await aLinkedClient(world, { file: `${world.directory}/second.json` })
	await first.closed(401)
	await world.post('messages', { contact: ANA, text: 'para o novo' })
	await second.message('para o novo')
})

test('a bad request names what is missing', async t => {
	const world = await anEmulator(t)
	await assert.rejects(world.post('scan', { qr: 'nonsense', phone: OWNER }), /whole text/)
	await assert.rejects(world.post('messages', { contact: ANA, text: 'x' }), /0 are linked/)
	await assert.rejects(world.post('contacts', { phone: '+55 11' }), /digits/)
	await assert.rejects(world.post('faults', { kind: 'earthquake' }), /unknown fault/)
	await assert.rejects(world.get('nowhere'), /no GET/)
})
