import assert from 'node:assert/strict'
import test from 'node:test'
import { aLinkedClient, ANA, anEmulator, BIA } from './support/harness.js'

const JID = `${ANA}@s.whatsapp.net`

test('a scripted contact says, waits for the answer, confirms it and goes on', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await world.post('scripts', {
		contact: ANA, repeat: 2,
		steps: [{ say: 'quanto custa?' }, { expect: { text: 'custa \\d+', within: 10 } }, { read: true }, { wait: 0.01 }, { typing: 0.01 }]
	})
	for (const round of [1, 2]) {
		await client.event('messages.upsert', () => client.seen.filter(({ event, data }) => event === 'messages.upsert' && data.messages[0].message?.conversation === 'quanto custa?').length === round)
		const { id } = await client.call('send', { to: JID, content: { text: `custa ${round}0` } })
		await world.seen('receipt.sent', event => event.type === 'read' && event.ids.includes(id))
	}
	await world.seen('script.finished')
	assert.deepEqual((await world.get('scripts')).items, [])
})

test('a script whose answer does not come fails and says so', async t => {
	const world = await anEmulator(t)
	await aLinkedClient(world)
	await world.post('scripts', { contact: ANA, steps: [{ say: 'alô?' }, { expect: { within: 0.2 } }] })
	assert.match((await world.seen('script.failed')).error, /no answer/)
})

test('an echoing contact answers with the same words until it is told to stop', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await world.post('scripts', { contact: ANA, echo: true })
	await client.call('send', { to: JID, content: { text: 'eco' } })
	await client.message('eco')
	await world.remove(`scripts/${ANA}`)
	assert.deepEqual((await world.get('scripts')).items, [])
})

test('receipts follow the policy of the contact', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await world.post('policy', { read: true })
	await world.post('contacts', { phone: BIA, policy: { delivered: false, read: false } })
	const loud = await client.call('send', { to: JID, content: { text: 'a' } })
	await client.reached(loud.id, 4)
	const quiet = await client.call('send', { to: `${BIA}@s.whatsapp.net`, content: { text: 'b' } })
	await world.seen('message.received', event => event.id === quiet.id)
	const { items } = await world.get('events?events=receipt.sent')
	assert.ok(!items.some(({ ids }) => ids.includes(quiet.id)))
})
