// Answers to the client's queries (`iq` stanzas): keys, directory, groups, privacy, media server.
import { randomBytes } from 'node:crypto'
import { encodeBigEndian, KEY_BUNDLE_TYPE } from 'baileys'
import { base64, bigEndian, child, children, deviceOf, firstChild, lidJid, node, pnJid, userOf } from './wire.js'

const PRIVACY = ['readreceipts', 'last', 'profile', 'status', 'online', 'groupadd', 'calladd']

export class Queries {
	#answers
	#people
	#faults
	#history
	#post

	/** `server` has people, faults, history, post, linking, mediaHost and activated(connection). */
	constructor(server) {
		this.#people = server.people
		this.#faults = server.faults
		this.#history = server.history
		this.#post = server.post
		this.#answers = this.#table(server)
	}

	async answer(connection, iq) {
		if (iq.attrs.type === 'result' || iq.attrs.type === 'error') return
		const name = `${iq.attrs.xmlns}/${iq.attrs.type}/${firstChild(iq)?.tag ?? ''}`
		if (this.#faults.take('drop_iq', { account: connection.account?.number, match: name })) return
		const answer = this.#answers[name]
		if (answer) return answer(connection, iq, firstChild(iq))
		if (iq.attrs.xmlns !== 'w:p') this.#history.record('query.unknown', { query: name })
		connection.reply(iq) // pings and statistics are content with an empty result
	}

	#table(server) {
		const fixed = content => (connection, iq) => connection.reply(iq, content())
		return {
			'encrypt/get/count': (c, iq) => c.reply(iq, [node('count', { value: String(c.account.preKeys.size) })]),
			'encrypt/get/digest': fixed(() => [node('digest', {}, [node('hash', {}, randomBytes(20))])]),
			'encrypt/set/registration': (c, iq) => this.#upload(c, iq),
			'encrypt/set/rotate': (c, iq, rotate) => this.#rotate(c, iq, rotate),
			'encrypt/get/key': (c, iq, key) => c.reply(iq, [node('list', {}, children(key, 'user').map(({ attrs }) => this.#bundle(attrs.jid)))]),
			'passive/set/active': (c, iq) => {
				c.reply(iq)
				return server.activated(c)
			},
			'passive/set/passive': (c, iq) => c.reply(iq),
			'abt/get/props': fixed(() => [node('props', { protocol: '1', ab_key: 'emulator', hash: 'emulator', refresh: '86400' }, [])]),
			'privacy/get/privacy': fixed(() => [node('privacy', {}, PRIVACY.map(name => node('category', { name, value: 'all' })))]),
			'privacy/set/tokens': fixed(() => [node('tokens')]),
			'blocklist/get/': fixed(() => [node('list', {}, [])]),
			'usync/get/usync': (c, iq, usync) => c.reply(iq, [this.#directory(usync)]),
			'w:m/set/media_conn': fixed(() => [node('media_conn', { auth: 'emulator', ttl: '3600', auth_ttl: '3600', max_buckets: '12' }, [node('host', { hostname: server.mediaHost })])]),
			'w:sync:app:state/set/sync': (c, iq, sync) => c.reply(iq, [node('sync', {}, children(sync, 'collection').map(({ attrs }) => node('collection', { name: attrs.name, version: attrs.version })))]),
			'w:g2/get/query': (c, iq) => this.#group(c, iq),
			'w:g2/get/participating': fixed(() => [node('groups', {}, this.#people.groups.map(group => this.#people.groupNode(group)))]),
			'md/set/remove-companion-device': (c, iq) => {
				c.reply(iq)
				server.linking.unlink(c.account)
			},
			'md/set/link_code_companion_reg': (c, iq, request) => server.linking.step(c, iq, request)
		}
	}

	#upload(connection, iq) {
		const { account } = connection
		for (const key of children(child(iq, 'list'), 'key')) account.addPreKey(bigEndian(child(key, 'id').content), child(key, 'value').content)
		account.setSignedPreKey(signedPreKey(child(iq, 'skey')))
		connection.reply(iq)
	}

	#rotate(connection, iq, rotate) {
		connection.account.setSignedPreKey(signedPreKey(child(rotate, 'skey')))
		connection.reply(iq)
	}

	#group(connection, iq) {
		const group = this.#people.group(iq.attrs.to)
		if (group) connection.reply(iq, [this.#people.groupNode(group)], { from: iq.attrs.to })
		else connection.refuse(iq, 404, 'item-not-found')
	}

	/** Keys to begin a session with a contact's phone, an own phone or another linked device. */
	#bundle(jid) {
		const account = this.#people.accountOf(userOf(jid))
		if (account && deviceOf(jid) === account.device) return this.#companionBundle(account, jid)
		const device = account ? account.handset : this.#people.contact(userOf(jid))?.phone
		return device ? device.bundle(jid) : node('user', { jid }, [node('error', { code: '404', text: 'not found' })])
	}

	#companionBundle(account, jid) {
		const { registrationId, identity, signedPreKey: signed, preKey } = account.takeKeys()
		this.#post.watchPreKeys(account)
		return node('user', { jid }, [
			node('registration', {}, encodeBigEndian(registrationId)),
			node('type', {}, KEY_BUNDLE_TYPE),
			node('identity', {}, identity),
			...(preKey ? [node('key', {}, [node('id', {}, encodeBigEndian(preKey.id, 3)), node('value', {}, preKey.public)])] : []),
			node('skey', {}, [node('id', {}, encodeBigEndian(signed.id, 3)), node('value', {}, signed.public), node('signature', {}, signed.signature)])
		])
	}

	/** usync: who is on WhatsApp, under which canonical number and LID, with which devices. */
	#directory(usync) {
		const wanted = new Set(child(usync, 'query').content.map(({ tag }) => tag))
		const users = children(child(usync, 'list'), 'user').map(user => {
			const asked = child(user, 'contact')?.content?.toString().replace('+', '') ?? userOf(user.attrs.jid)
			const account = this.#people.accountOf(asked)
			const person = account ?? this.#people.contact(asked)
			const facts = []
			if (wanted.has('contact')) facts.push(node('contact', { type: person ? 'in' : 'out' }))
			if (person && wanted.has('devices')) facts.push(node('devices', {}, [deviceList(account)]))
			if (person && wanted.has('lid')) facts.push(node('lid', { val: lidJid(person.lid) }))
			return node('user', { jid: user.attrs.jid ?? pnJid(person?.number ?? asked) }, facts)
		})
		return node('usync', { sid: usync.attrs.sid, index: '0', last: 'true' }, [node('result'), node('list', {}, users)])
	}
}

const deviceList = account => node('device-list', { hash: '2:emulator' }, [
	node('device', { id: '0' }),
	...(account ? [node('device', { id: String(account.device), 'key-index': '1' })] : [])
])

const signedPreKey = skey => ({
	id: bigEndian(child(skey, 'id').content), public: base64(child(skey, 'value').content), signature: base64(child(skey, 'signature').content)
})
