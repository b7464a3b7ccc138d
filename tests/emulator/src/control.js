// The control port: everything a test or a person does to this WhatsApp, as JSON over loopback HTTP.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { KINDS } from './faults.js'
import { bytes, Refused } from './wire.js'

const BODY_LIMIT = 64 * 1024 * 1024
const LONGEST_POLL_MS = 60_000
const PAGE = new URL('page.html', import.meta.url)

/** Start it for an emulator; resolves with the HTTP server. */
export async function control(emulator, port = 0) {
	const routes = table(emulator)
	const server = createServer((request, response) => answer(routes, request, response))
	server.listen(port, '127.0.0.1')
	await once(server, 'listening')
	return server
}

async function answer(routes, request, response) {
	const url = new URL(request.url, 'http://control')
	const json = (status, value) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
	try {
		const [first, ...rest] = url.pathname.slice(1).split('/')
		const route = routes[`${request.method} /${first}`]
		if (!route) throw new Refused(`no ${request.method} ${url.pathname}`, 404)
		// A page of another site must not drive this port through somebody's browser.
		if (request.method !== 'GET' && !/json/.test(request.headers['content-type'] ?? 'json')) throw new Refused('send application/json', 415)
		const result = await route({ body: await body(request), query: Object.fromEntries(url.searchParams), path: rest.map(decodeURIComponent) })
		if (result?.file) response.writeHead(200, { 'content-type': result.type }).end(result.file)
		else json(200, result ?? {})
	} catch (error) {
		json(error.status ?? 500, { error: error.message })
	}
}

async function body(request) {
	if (request.method === 'GET') return {}
	const parts = []
	let size = 0
	for await (const part of request) {
		if ((size += part.length) > BODY_LIMIT) throw new Refused('body too large', 413)
		parts.push(part)
	}
	if (!size) return {}
	try {
		return JSON.parse(Buffer.concat(parts))
	} catch {
		throw new Refused('the body is not JSON')
	}
}

function table(emulator) {
	return { ...lookups(emulator), ...linking(emulator), ...voices(emulator), ...mischief(emulator) }
}

function lookups({ people, history, inbox, media, scripts, faults, connections }) {
	return {
		'GET /': () => ({ file: readFileSync(PAGE), type: 'text/html; charset=utf-8' }),
		'GET /status': () => ({
			connections: [...connections].map(connection => ({ id: connection.id, account: connection.account?.number, linking: Boolean(connection.link), mute: connection.mute, deaf: connection.deaf, withheld: connection.withheld })),
			accounts: people.accounts.map(account), contacts: people.contacts.length, events: history.last, faults: faults.list,
			scripts: scripts.list, policy: inbox.policy, memory: process.memoryUsage().rss
		}),
		'GET /accounts': () => ({ items: people.accounts.map(account) }),
		'GET /contacts': () => ({ items: people.contacts }),
		'GET /groups': () => ({ items: people.groups }),
		'GET /scripts': () => ({ items: scripts.list }),
		'GET /faults': () => ({ items: faults.list, kinds: KINDS }),
		'GET /policy': () => inbox.policy,
		'GET /deliveries': ({ query }) => {
			const items = inbox.deliveries(query)
			return { items, contents: contents(items) }
		},
		'GET /pending': ({ query }) => ({ items: [...people.account(query.account).pending.values()].map(({ id, tag, sent }) => ({ id, tag, transmissions: sent })) }),
		'GET /events': ({ query }) => events(history, query),
		'GET /media': async ({ path: [id] }) => {
			const found = inbox.deliveries().find(delivery => delivery.id === id && delivery.file)
			if (!found) throw new Refused(`no file was received as ${id}`, 404)
			const { keyName, mediaKey, fileSha256, ...where } = found.file
			return { file: await media.open(keyName, { ...where, mediaKey: bytes(mediaKey), fileSha256: bytes(fileSha256) }), type: found.mime }
		}
	}
}

const account = ({ number, name, lid, device, preKeys, pending, connection }) => ({
	number, name, lid, device, online: Boolean(connection?.ready), preKeys: preKeys.size, pending: pending.size
})

/** How often each text reached each contact, whatever its id: a doubled reply has two ids and one content. */
function contents(items) {
	const counted = new Map()
	for (const { contact, kind, text, sha256 } of items) {
		const content = text ?? sha256 ?? ''
		const key = JSON.stringify([contact, kind, content])
		const known = counted.get(key) ?? { contact, kind, content, count: 0 }
		known.count++
		counted.set(key, known)
	}
	return [...counted.values()]
}

async function events(history, { since = '0', wait = '0', limit = '1000', events: names }) {
	const wanted = { names: names?.split(','), limit: Number(limit) }
	const found = history.since(Number(since), wanted)
	if (!found.length && Number(wait) > 0) {
		const more = await history.next(event => !wanted.names || wanted.names.includes(event.event), { since: Number(since), ms: Math.min(Number(wait) * 1000, LONGEST_POLL_MS) })
		if (more) found.push(...history.since(more.seq - 1, wanted))
	}
	return { items: found, last: found.at(-1)?.seq ?? history.last }
}

function linking({ people, linking: link, connections }) {
	const person = body => {
		if (!body.phone) throw new Refused('"phone" is missing: the number that links')
		return body
	}
	return {
		'GET /links': () => ({ items: [...connections].filter(({ link: offer, open }) => offer && open).map(({ id, link: offer }) => ({ connection: id, code: offer.code?.jid.split('@')[0] })) }),
		'POST /scan': ({ body }) => link.scan(body.qr, person(body)),
		'POST /pairing-code': ({ body }) => link.enterCode(String(body.code ?? ''), person(body)),
		'POST /unlink': ({ body }) => link.unlink(people.account(body.account)),
		'POST /contacts': ({ body }) => people.putContact(body),
		'POST /groups': ({ body }) => people.putGroup(body)
	}
}

function voices({ people, voices: voice, inbox, scripts }) {
	const both = body => [people.account(body.account), people.knownContact(body.contact)]
	return {
		'POST /messages': async ({ body }) => {
			const many = body.messages ?? [body]
			const ids = await Promise.all(many.map(said => voice.say(...both({ ...body, ...said }), said)))
			return { id: ids[0], ids }
		},
		'POST /phone': async ({ body }) => ({ id: await voice.type(...both(body), body) }),
		'POST /typing': ({ body }) => voice.typing(...both(body), body.state ?? 'composing'),
		'POST /presence': ({ body }) => voice.presence(...both(body), body.type ?? 'available'),
		'POST /receipts': ({ body }) => voice.receipt(...both(body), body.ids, body),
		'POST /retry': ({ body }) => voice.askAgain(...both(body), body.id, { forget: true, ...body }),
		'POST /policy': ({ body }) => {
			inbox.setPolicy(body)
			return inbox.policy
		},
		'POST /scripts': ({ body }) => scripts.start(people.knownContact(body.contact), body),
		'DELETE /scripts': ({ path: [contact] }) => scripts.stop(people.knownContact(contact).number)
	}
}

function mischief({ people, faults }) {
	return {
		'POST /close': ({ body }) => {
			const { connection } = people.account(body.account)
			if (!connection) throw new Refused('the account is not connected', 409)
			if (body.how === 'cut') connection.cut()
			else if (body.code === 401) {
				connection.end(401)
				if (body.unlink !== false) people.removeAccount(connection.account)
			} else if (body.failure) connection.fail(body.failure)
			else connection.end(body.code ?? 428)
		},
		'POST /faults': ({ body }) => faults.add(body),
		'DELETE /faults': ({ path: [id] }) => faults.remove(id)
	}
}
