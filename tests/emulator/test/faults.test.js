import assert from 'node:assert/strict'
import test from 'node:test'
import { aLinkedClient, ANA, anEmulator, Client } from './support/harness.js'

const JID = `${ANA}@s.whatsapp.net`
const reopened = client => client.event('connection', data => data.connection === 'open', { fresh: true })

test('every close code can be had on demand', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	for (const [request, code] of [[{ code: 515 }, 515], [{ code: 428 }, 428], [{ how: 'cut' }, 428], [{ code: 503 }, 503], [{ code: 403 }, 403], [{ failure: 405 }, 405], [{ code: 440 }, 440], [{ code: 401, unlink: false }, 401]]) {
		client.seen = []
		const open = reopened(client)
		await world.post('close', request)
		await client.closed(code)
		if (code !== 515) await client.call('connect')
		await open
	}
})

test('a second login with the same keys replaces the first', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	const twin = new Client(world)
	await client.closed(440)
	await twin.event('connection', data => data.connection === 'open')
})

test('a refused login gives its reason as the close code', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await world.post('faults', { kind: 'refuse_login', reason: 405, times: 1 })
	await world.post('close', { how: 'cut' })
	await client.closed(428)
	await client.call('connect')
	await client.closed(405)
	const open = reopened(client)
	await client.call('connect')
	await open
})

test('a silent server makes the client give up with 408', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await world.post('faults', { kind: 'silent', times: 1 })
	await client.closed(408)
})

test('a deaf server keeps the line alive and hears nothing', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world, { options: { defaultQueryTimeoutMs: 1000 } })
	await world.post('faults', { kind: 'deaf', times: 1 })
	for (let i = 0; i < 8; i++) assert.equal(await client.call('onWhatsApp', { phone: ANA }), null) // past the 408 of a silent one
	assert.ok(!client.seen.some(({ event, data }) => event === 'connection' && data.connection === 'close' && data.code !== 515))
	const open = reopened(client)
	await world.post('close', { how: 'cut' })
	await client.call('connect')
	await open
})

test('a connection that withholds keeps messages back until the next login', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await world.post('faults', { kind: 'withhold', times: 1 })
	const { id } = await world.post('messages', { contact: ANA, text: 'alguém?' })
	await client.call('onWhatsApp', { phone: ANA })
	assert.deepEqual((await world.get('pending')).items.map(item => [item.id, item.transmissions]), [[id, 0]])
	await world.post('close', { how: 'cut' })
	await client.closed(428)
	await client.call('connect')
	assert.equal((await client.message('alguém?')).key.id, id)
})

test('a slow server delays but keeps the order', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	const { id } = await world.post('faults', { kind: 'slow', delayMs: 300 })
	const started = Date.now()
	await world.post('messages', { contact: ANA, messages: [{ text: 'um' }, { text: 'dois' }] })
	await client.message('dois')
	assert.ok(Date.now() - started >= 290)
	const texts = client.seen.filter(({ event }) => event === 'messages.upsert').flatMap(({ data }) => data.messages.map(one => one.message?.conversation)).filter(Boolean)
	assert.deepEqual(texts, ['um', 'dois'])
	await world.remove(`faults/${id}`)
	assert.deepEqual((await world.get('faults')).items, [])
})

test('a dropped query is never answered', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world, { options: { defaultQueryTimeoutMs: 1000 } })
	await world.post('faults', { kind: 'drop_iq', match: 'usync/get', times: 1 })
	assert.equal(await client.call('onWhatsApp', { phone: ANA }), null)
	assert.equal((await client.call('onWhatsApp', { phone: ANA }))[0].exists, true)
})

test('a refused message reaches nobody and the client hears why', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await world.post('faults', { kind: 'ack_error', code: 463, contact: ANA, times: 1 })
	const { id } = await client.call('send', { to: JID, content: { text: 'frio' } })
	await client.event('ack', attrs => attrs.id === id && attrs.error === '463')
	assert.deepEqual((await world.get(`deliveries?contact=${ANA}`)).items, [])
})

test('a message taken before the connection is cut counts once when it is sent again', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await world.post('faults', { kind: 'cut_before_ack', times: 1 })
	const message = { to: JID, content: { text: 'conta' }, id: '3EB0BBBBBBBBBBBBBBBB' }
	await client.call('send', message)
	await client.closed(428)
	assert.ok(!client.seen.some(({ event, data }) => event === 'ack' && data.id === message.id))
	const open = reopened(client)
	await client.call('connect')
	await open
	await client.call('send', message)
	await client.event('ack', attrs => attrs.id === message.id)
	const { items, contents } = await world.get(`deliveries?contact=${ANA}`)
	assert.deepEqual([items.length, items[0].transmissions, contents[0].count], [1, 2, 1])
})

test('a message lost before it was stored never arrives', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await world.post('faults', { kind: 'cut_before_store', times: 1 })
	await client.call('send', { to: JID, content: { text: 'perdida' } })
	await client.closed(428)
	assert.deepEqual((await world.get(`deliveries?contact=${ANA}`)).items, [])
})

test('a message without a confirmation is transmitted again, the same one', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	client.process.kill('SIGSTOP')
	const { id } = await world.post('messages', { contact: ANA, text: 'duas vezes' })
	await world.seen('message.transmitted', event => event.id === id)
	await client.kill()
	const again = new Client(world)
	assert.equal((await again.message('duas vezes')).key.id, id)
	await world.seen('message.transmitted', event => event.id === id && event.transmission === 2)
	await world.seen('client.received', event => event.ids.includes(id))
	assert.equal((await world.get('accounts')).items[0].pending, 0)
})

test('media can fail', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await world.post('messages', { contact: ANA, kind: 'image', media: { base64: Buffer.from('foto').toString('base64') } })
	const { messages: [message] } = await client.event('messages.upsert', ({ messages }) => messages[0].message?.imageMessage)
	await world.post('faults', { kind: 'media', method: 'GET', status: 500, times: 1 })
	await assert.rejects(client.call('download', { message }))
	assert.equal(await client.call('download', { message }), Buffer.from('foto').toString('base64'))
})
