// Polls as phones keep them, and votes as phones cast them. Written after the protocol, not with Baileys' code, so that an error there would show.
import { createCipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { proto } from 'baileys'
import { base64, bytes, Refused } from './wire.js'

/** The polls that one phone got, with the secrets that its votes are sealed with. */
export class Polls {
	#store
	#owner

	constructor(store, owner) {
		this.#store = store
		this.#owner = owner
	}

	/** Keep the poll in a message, if there is one; the first of an id counts, as on a phone. */
	learn(id, message, facts) {
		const secret = message.messageContextInfo?.messageSecret ?? message.deviceSentMessage?.message?.messageContextInfo?.messageSecret
		if (facts.kind !== 'poll' || !secret?.length || this.#store.get(this.#key(id))) return
		this.#store.set(this.#key(id), { options: facts.options, selectable: facts.selectable, secret: base64(secret) })
	}

	get(id) {
		const found = this.#store.get(this.#key(id))
		if (!found) throw new Refused(`this phone has no poll ${id}`, 404)
		return found
	}

	#key(id) {
		return `poll/${this.#owner}/${id}`
	}
}

/** `creators` and `voter` are the two names of each side; a phone uses either, by its version and the chat. */
export function castVote({ poll: id, options, creator = 'lid', voter: name = 'pn' }, { chat, polls, voter, creators }) {
	const poll = polls.get(id)
	const strange = options.find(option => !poll.options.includes(option))
	if (strange !== undefined) throw new Refused(`the poll has no option "${strange}"`)
	if (poll.selectable && options.length > poll.selectable) throw new Refused(`only ${poll.selectable} can be chosen`)
	const context = Buffer.concat([id, creators[creator], voter[name], 'Poll Vote'].map(part => Buffer.from(part)))
	const key = Buffer.from(hkdfSync('sha256', bytes(poll.secret), Buffer.alloc(32), context, 32))
	const encIv = randomBytes(12)
	const cipher = createCipheriv('aes-256-gcm', key, encIv).setAAD(Buffer.from(`${id}\0${voter[name]}`))
	const selectedOptions = options.map(option => createHash('sha256').update(option).digest())
	const plain = proto.Message.PollVoteMessage.encode({ selectedOptions }).finish()
	const encPayload = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
	return { pollUpdateMessage: { pollCreationMessageKey: { remoteJid: chat, fromMe: false, id }, vote: { encPayload, encIv }, senderTimestampMs: Date.now() } }
}
