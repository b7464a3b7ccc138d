// What contacts and the account's own phone do: write, type, confirm, ask again. Encrypted here, delivered by the post.
import { randomBytes } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { proto } from 'baileys'
import { compose, describe } from './content.js'
import { Polls } from './polls.js'
import { base64, bytes, lidJid, node, phoneMessageId, pnJid, Refused, seconds } from './wire.js'

const { Type } = proto.Message.ProtocolMessage
const MOST_RETRIES = 5

export class Voices {
	#store
	#history
	#people
	#post
	#media

	constructor({ store, history, people, post, media }) {
		this.#store = store
		this.#history = history
		this.#people = people
		this.#post = post
		this.#media = media
	}

	/** A contact writes to a linked number, in a group if one is named. Returns the message id. */
	async say(account, contact, said) {
		const id = said.id ?? phoneMessageId()
		const group = said.group && this.#people.group(said.group)
		if (said.group && !group) throw new Refused(`no group ${said.group}`, 404)
		const chat = group ? group.id : said.mode === 'pn' ? pnJid(account.number) : lidJid(account.lid)
		const composed = await compose(said, { chat, media: this.#media, peer: names(account), polls: new Polls(this.#store, contact.number), voter: names(contact) })
		const facts = { ...await describe(composed.message, this.#media), ...(said.vote && { text: said.vote.options.join('\n') }) }
		return account.inOrder(async () => {
			const sent = { from: contact.number, mode: said.mode ?? 'lid', group: group?.id, at: said.at ?? seconds(), ...composed, message: base64(proto.Message.encode(composed.message).finish()) }
			this.#history.record('message.queued', { account: account.number, contact: contact.number, id, ...(group && { group: group.id }), ...facts })
			this.#keep(account, id, sent)
			this.#post.send(account, await this.#stanza(account, id, sent))
			return id
		})
	}

	/** The number's owner writes on the phone: the linked client gets a copy. */
	async type(account, contact, said) {
		const id = said.id ?? phoneMessageId()
		const chat = lidJid(contact.lid)
		const polls = new Polls(this.#store, `handset-${account.number}`)
		const peer = said.vote ? names(account) : names(contact)
		const composed = await compose({ ...said, targetFromMe: said.targetFromMe ?? false }, { chat, media: this.#media, peer, polls, voter: names(account) })
		const facts = { ...await describe(composed.message, this.#media), ...(said.vote && { text: said.vote.options.join('\n') }) }
		return account.inOrder(async () => {
			const message = { deviceSentMessage: { destinationJid: chat, message: composed.message } }
			const sent = { from: 'handset', to: contact.number, at: said.at ?? seconds(), ...composed, message: base64(proto.Message.encode(message).finish()) }
			this.#history.record('phone.typed', { account: account.number, contact: contact.number, id, ...facts })
			this.#keep(account, id, sent)
			this.#post.send(account, await this.#stanza(account, id, sent))
			return id
		})
	}

	/** A contact's phone confirms messages of the client: delivered without a type, or read, or played. */
	receipt(account, contact, ids, { type, to, group } = {}) {
		const [id, ...rest] = ids
		const own = to?.endsWith('@lid') ? lidJid(contact.lid) : pnJid(contact.number)
		const from = group ? { from: group, participant: lidJid(contact.lid) } : { from: own }
		this.#post.send(account, node('receipt', { ...from, id, t: String(seconds()), ...(type && { type }) }, rest.length ? [node('list', {}, rest.map(item => node('item', { id: item })))] : undefined))
		this.#history.record('receipt.sent', { account: account.number, contact: contact.number, ids, type: type ?? 'delivered' })
	}

	/** A contact's phone could not read a message and asks for it again, with fresh keys. */
	askAgain(account, contact, id, { group, count = 1, forget = false } = {}) {
		if (forget) contact.phone.endSession(account.peer)
		const [registration, type, identity, key, skey] = contact.phone.bundle('x').content
		const from = group ? { from: group, participant: lidJid(contact.lid) } : { from: lidJid(contact.lid) }
		this.#post.send(account, node('receipt', { ...from, id, t: String(seconds()), type: 'retry' }, [
			node('retry', { count: String(count), id, t: String(seconds()), v: '1' }), registration, node('keys', {}, [type, identity, key, skey])
		]))
		this.#history.record('retry.asked', { account: account.number, contact: contact.number, id, count })
	}

	/** The client could not read a message: encrypt it anew under the same id. */
	resend(account, id, count) {
		return account.inOrder(async () => {
			const sent = this.#store.get(`said/${account.noise}/${id}`)
			if (!sent || count > MOST_RETRIES) return
			await this.#device(account, sent).startSession(account.peer, account.takeKeys())
			this.#history.record('retry.answered', { account: account.number, id, count })
			this.#post.send(account, await this.#stanza(account, id, sent))
		})
	}

	/** A message reached the client: no phone needs to remember it any more. */
	settled(account, ids) {
		for (const id of ids) this.#store.delete(`said/${account.noise}/${id}`)
	}

	typing(account, contact, state) {
		this.#post.mention(account, node('chatstate', { from: lidJid(contact.lid) }, [node(state)]))
	}

	presence(account, contact, type) {
		this.#post.mention(account, node('presence', { from: lidJid(contact.lid), ...(type !== 'available' && { type }) }))
	}

	/** What a phone sends a newly linked client once: the state key and the recent past. */
	async introduce(account) {
		account.pushed = true
		account.save()
		await this.#peer(account, { type: Type.APP_STATE_SYNC_KEY_SHARE, appStateSyncKeyShare: { keys: [stateKey()] } })
		const history = proto.HistorySync.encode({
			syncType: proto.HistorySync.HistorySyncType.INITIAL_BOOTSTRAP, progress: 100,
			conversations: (account.chats ?? []).map(chat => this.#pastChat(account, chat)),
			phoneNumberToLidMappings: this.#people.contacts.map(({ number, lid }) => ({ pnJid: pnJid(number), lidJid: lidJid(lid) }))
		}).finish()
		await this.#peer(account, { type: Type.HISTORY_SYNC_NOTIFICATION, historySyncNotification: { syncType: 0, chunkOrder: 1, progress: 100, initialHistBootstrapInlinePayload: deflateSync(history) } })
	}

	#pastChat(account, { contact, messages }) {
		const { lid, number, name } = this.#people.knownContact(contact)
		const id = lidJid(lid)
		return {
			id, lidJid: id, pnJid: pnJid(number), name, conversationTimestamp: seconds(),
			messages: messages.map(({ text, fromMe = false, at, id: messageId = phoneMessageId() }) => ({
				message: { key: { remoteJid: id, fromMe, id: messageId }, message: { conversation: text }, messageTimestamp: at ?? seconds() - 3600, status: 2 }
			}))
		}
	}

	#peer(account, protocolMessage) {
		return account.inOrder(async () => {
			const id = phoneMessageId()
			const sent = { from: 'handset', category: 'peer', at: seconds(), attrs: { type: 'text' }, message: base64(proto.Message.encode({ protocolMessage }).finish()) }
			this.#keep(account, id, sent)
			this.#post.send(account, await this.#stanza(account, id, sent))
		})
	}

	#keep(account, id, sent) {
		this.#store.set(`said/${account.noise}/${id}`, sent)
	}

	#device(account, sent) {
		return sent.from === 'handset' ? account.handset : this.#people.knownContact(sent.from).phone
	}

	async #stanza(account, id, sent) {
		const device = this.#device(account, sent)
		if (!device.hasSession(account.peer)) {
			await device.startSession(account.peer, account.takeKeys())
			this.#post.watchPreKeys(account)
		}
		const message = proto.Message.decode(bytes(sent.message))
		const encrypted = sent.group ? await this.#groupParts(device, account, sent, message) : [await device.encrypt(account.peer, message)]
		if (sent.mediatype) encrypted.at(-1).attrs.mediatype = sent.mediatype
		return node('message', { ...this.#address(account, sent), ...sent.attrs, id, t: String(sent.at) }, encrypted)
	}

	async #groupParts(device, account, { group, from }, message) {
		const author = lidJid(this.#people.knownContact(from).lid)
		const { enc, senderKey } = await device.encryptForGroup(group, author, message)
		return [await device.encrypt(account.peer, senderKey), enc]
	}

	#address(account, { from, to, category, mode, group }) {
		if (category) return { from: pnJid(account.number), category }
		if (from === 'handset') {
			const contact = this.#people.knownContact(to)
			return { from: lidJid(account.lid), recipient: lidJid(contact.lid), peer_recipient_pn: pnJid(contact.number), addressing_mode: 'lid', notify: account.name }
		}
		const { lid, number, name } = this.#people.knownContact(from)
		if (group) return { from: group, participant: lidJid(lid), participant_pn: pnJid(number), addressing_mode: 'lid', notify: name }
		if (mode === 'pn') return { from: pnJid(number), sender_lid: lidJid(lid), notify: name }
		return { from: lidJid(lid), sender_pn: pnJid(number), addressing_mode: 'lid', notify: name }
	}
}

const names = ({ lid, number }) => ({ lid: lidJid(lid), pn: pnJid(number) })

const stateKey = () => ({
	keyId: { keyId: Buffer.from([0, 0, 0, 0, 1, 2]) },
	keyData: { keyData: randomBytes(32), fingerprint: { rawId: 1, currentIndex: 0, deviceIndexes: [0] }, timestamp: seconds() }
})
