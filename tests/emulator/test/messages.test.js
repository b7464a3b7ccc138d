import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { decryptPollVote } from 'baileys'
import { aLinkedClient, ANA, anEmulator, BIA, Client, OWNER } from './support/harness.js'

const jid = phone => `${phone}@s.whatsapp.net`

test('a contact writes, the client answers, both sides see receipts', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	const { id } = await world.post('messages', { contact: ANA, text: 'oi' })
	const heard = await client.message('oi')
	assert.equal(heard.key.id, id)
	assert.match(heard.key.remoteJid, /@lid$/)
	assert.equal(heard.key.remoteJidAlt, jid(ANA))
	assert.equal(heard.upsert, 'notify')
	await world.seen('client.received', event => event.ids.includes(id))
	assert.deepEqual((await world.get('pending')).items.filter(item => item.id === id), [])

	const key = await client.call('send', { to: jid(ANA), content: { text: 'boa tarde' } })
	await client.event('ack', attrs => attrs.id === key.id && !attrs.error)
	await world.seen('message.received', event => event.id === key.id && event.text === 'boa tarde')
	await client.reached(key.id, 3)
	await world.post('receipts', { contact: ANA, ids: [key.id], type: 'read', to: heard.key.remoteJid })
	await client.reached(key.id, 4)
	await world.seen('phone.copied', event => event.text === 'boa tarde')
	await client.call('read', { keys: [heard.key] })
	await world.seen('client.read', event => event.ids.includes(id))
	await client.call('typing', { to: heard.key.remoteJid })
	await world.seen('client.typing', event => event.contact === ANA && event.state === 'composing')
})

test('a message with phone number addressing reaches the client too', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await world.post('messages', { contact: ANA, text: 'antigo', mode: 'pn' })
	assert.equal((await client.message('antigo')).key.remoteJid, jid(ANA))
})

test('the same message id sent twice is two transmissions of one delivery', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	for (const text of ['uma vez', 'uma vez']) await client.call('send', { to: jid(ANA), content: { text }, id: '3EB0AAAAAAAAAAAAAAAA' })
	await world.seen('message.received', event => event.transmission === 2)
	const { items, contents } = await world.get(`deliveries?contact=${ANA}`)
	assert.deepEqual(items.map(({ id, transmissions }) => [id, transmissions]), [['3EB0AAAAAAAAAAAAAAAA', 2]])
	assert.deepEqual(contents, [{ contact: ANA, kind: 'text', content: 'uma vez', count: 1 }])
	await client.call('send', { to: jid(ANA), content: { text: 'uma vez' } })
	await world.seen('message.received', event => event.transmission === 1, world.emulator.history.last - 3)
	assert.equal((await world.get(`deliveries?contact=${ANA}`)).contents[0].count, 2)
})

test('what the owner types on the phone comes to the client as its own', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await world.post('phone', { contact: ANA, text: 'sou eu, o dono' })
	const { key } = await client.message('sou eu, o dono')
	assert.equal(key.fromMe, true)
	assert.match(key.remoteJid, /@lid$/)
	assert.equal(key.remoteJidAlt, jid(ANA))
})

test('offline messages wait and come in order at the next login, and again if they were not confirmed', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await client.kill()
	await world.seen('connection.closed', event => event.account === OWNER, world.emulator.history.last - 5)
	for (const text of ['um', 'dois', 'três']) await world.post('messages', { contact: ANA, text })
	const again = new Client(world)
	await again.message('três')
	const texts = again.seen.filter(({ event }) => event === 'messages.upsert').flatMap(({ data }) => data.messages.map(one => one.message.conversation))
	assert.deepEqual(texts, ['um', 'dois', 'três'])
	assert.equal((await again.message('um')).upsert, 'append')
	await world.seen('client.received', event => event.ids.length > 0)
})

test('a garbled message is asked for again and comes under the same id', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await world.post('messages', { contact: ANA, text: 'antes' })
	await client.message('antes')
	await world.post('faults', { kind: 'corrupt', times: 1 })
	const { id } = await world.post('messages', { contact: ANA, text: 'estragada' })
	assert.equal((await client.message('estragada')).key.id, id)
	await world.seen('client.retry', event => event.id === id)
	await world.seen('client.received', event => event.ids.includes(id))
})

test('a contact whose phone lost its keys asks again and gets the message', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	const key = await client.call('send', { to: jid(ANA), content: { text: 'preço: 10' } })
	await world.seen('message.received', event => event.id === key.id)
	await world.post('retry', { contact: ANA, id: key.id })
	await world.seen('message.received', event => event.id === key.id && event.transmission === 2)
})

test('a group talks both ways with sender keys', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	const { id: group } = await world.post('groups', { id: '120363000000000001', subject: 'Bairro', members: [OWNER, ANA, BIA] })
	await world.post('messages', { contact: BIA, group, text: 'oi grupo' })
	const { key } = await client.message('oi grupo')
	assert.equal(key.remoteJid, group)
	assert.equal(key.participantAlt, jid(BIA))
	await client.call('send', { to: group, content: { text: 'olá todos' } })
	for (const phone of [ANA, BIA]) await world.seen('message.received', event => event.contact === phone && event.text === 'olá todos' && event.group === group)
})

test('files travel encrypted in both directions and keep their hash', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	const bytes = Buffer.from('uma foto que não é foto'.repeat(100))
	for (const kind of ['image', 'audio', 'ptt', 'video', 'document']) {
		await world.post('messages', { contact: ANA, kind, text: kind === 'image' ? 'veja' : undefined, media: { base64: bytes.toString('base64') } })
		const { messages: [message] } = await client.event('messages.upsert', ({ messages }) => {
			const file = messages[0].message?.[`${kind === 'ptt' ? 'audio' : kind}Message`]
			return file && Boolean(file.ptt) === (kind === 'ptt')
		})
		assert.equal(await client.call('download', { message }), bytes.toString('base64'), kind)
	}
	const key = await client.call('send', { to: jid(ANA), content: { document: bytes.toString('base64'), mimetype: 'application/pdf', fileName: 'tabela.pdf' } })
	const got = await world.seen('message.received', event => event.id === key.id)
	assert.deepEqual([got.kind, got.name, got.size], ['document', 'tabela.pdf', bytes.length])
	const file = await fetch(`${world.facts.control}/media/${key.id}`)
	assert.deepEqual(Buffer.from(await file.arrayBuffer()), bytes)
})

test('reactions, quotes, edits, revocations, places and contacts arrive as such', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	const { id } = await world.post('messages', { contact: ANA, text: 'quanto custa?' })
	await client.message('quanto custa?')
	const has = field => client.event('messages.upsert', ({ messages }) => messages[0].message?.[field])
	await world.post('messages', { contact: ANA, text: 'isto', quote: { id, text: 'quanto custa?' } })
	assert.equal((await has('extendedTextMessage')).messages[0].message.extendedTextMessage.contextInfo.stanzaId, id)
	await world.post('messages', { contact: ANA, edit: id, text: 'quanto custa o pão?' })
	await client.event('messages.update', updates => updates.some(({ key, update }) => key.id === id && update.message?.editedMessage))
	await world.post('messages', { contact: ANA, reaction: { id, emoji: '👍' } })
	await client.event('messages.reaction', reactions => reactions[0].reaction.text === '👍')
	await world.post('messages', { contact: ANA, location: { latitude: -23.5, longitude: -46.6, name: 'Sé' } })
	assert.equal((await has('locationMessage')).messages[0].message.locationMessage.name, 'Sé')
	await world.post('messages', { contact: ANA, card: { name: 'Zé', phone: BIA } })
	assert.match((await has('contactMessage')).messages[0].message.contactMessage.vcard, /Zé/)
	await world.post('messages', { contact: ANA, revoke: id })
	await client.event('messages.update', updates => updates.some(({ key, update }) => key.id === id && update.message === null))
})

test('a contact votes in a poll it got, sealed as phones do, and only for what it offers', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	const secret = Buffer.alloc(32, 7)
	const poll = { name: 'Qual horário?', values: ['Manhã', 'Tarde'], selectableCount: 1, messageSecret: [...secret] }
	const { id } = await client.call('send', { to: jid(ANA), content: { poll } })
	const got = await world.seen('message.received', event => event.id === id)
	assert.deepEqual([got.kind, got.text, got.options, got.selectable], ['poll', 'Qual horário?', ['Manhã', 'Tarde'], 1])

	const { lid: creator } = (await world.get('accounts')).items[0]
	await world.post('messages', { contact: ANA, vote: { poll: id, options: ['Tarde'] } })
	const { messages: [{ message }] } = await client.event('messages.upsert', ({ messages }) => messages[0].message?.pollUpdateMessage)
	const vote = Object.fromEntries(Object.entries(message.pollUpdateMessage.vote).map(([name, value]) => [name, Buffer.from(value.data ?? value, 'base64')]))
	const { selectedOptions } = decryptPollVote(vote, { pollCreatorJid: `${creator}@lid`, pollMsgId: id, pollEncKey: secret, voterJid: jid(ANA) })
	assert.deepEqual(selectedOptions.map(hash => Buffer.from(hash).toString('hex')), [createHash('sha256').update('Tarde').digest('hex')])

	await assert.rejects(world.post('messages', { contact: ANA, vote: { poll: id, options: ['Noite'] } }), /no option "Noite"/)
	await assert.rejects(world.post('messages', { contact: ANA, vote: { poll: id, options: ['Manhã', 'Tarde'] } }), /only 1/)
	await assert.rejects(world.post('messages', { contact: BIA, vote: { poll: id, options: ['Tarde'] } }), /has no poll/)
})

test('rows of lists and buttons are chosen by the contact', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	await world.post('messages', { contact: ANA, row: { id: 'pro', title: 'Plano Pro' } })
	const row = await client.event('messages.upsert', ({ messages }) => messages[0].message?.listResponseMessage)
	assert.equal(row.messages[0].message.listResponseMessage.singleSelectReply.selectedRowId, 'pro')
	await world.post('messages', { contact: ANA, button: { id: 'sim', text: 'Sim' } })
	const button = await client.event('messages.upsert', ({ messages }) => messages[0].message?.buttonsResponseMessage)
	assert.equal(button.messages[0].message.buttonsResponseMessage.selectedDisplayText, 'Sim')
})

test('an unknown number is not on WhatsApp, and both forms of a Brazilian number are one contact', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world)
	const [found] = await client.call('onWhatsApp', { phone: '551187654321' })
	assert.deepEqual([found.jid, found.exists], [jid(ANA), true])
	assert.deepEqual(await client.call('onWhatsApp', { phone: '5511900009999' }), [])
})

test('history comes with the link and is not a new message', async t => {
	const world = await anEmulator(t)
	const client = await aLinkedClient(world, { owner: { chats: [{ contact: ANA, messages: [{ text: 'faz tempo' }] }] } })
	const history = await client.event('messaging-history.set', ({ messages }) => messages.length)
	assert.equal(history.messages[0].message.conversation, 'faz tempo')
})
