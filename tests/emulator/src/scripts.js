// Contacts that follow a script: say, wait for the answer, go on. Progress survives a restart of the emulator.
import { setTimeout as after } from 'node:timers/promises'
import { Refused } from './wire.js'

const DEFAULT_PATIENCE_S = 30

/**
 * A script is {"account"?, "steps": [...], "repeat"?, "echo"?}. A step is one of
 * {"say": {...}} · {"expect": {"text": "regular expression"?, "within": seconds}} · {"wait": seconds} ·
 * {"typing": seconds} · {"read": true} (confirm the last answer as read).
 * With "echo" the contact answers every message with its own text, after the steps.
 */
export class Scripts {
	#store
	#history
	#people
	#voices
	#running = new Map()

	constructor({ store, history, people, voices }) {
		this.#store = store
		this.#history = history
		this.#people = people
		this.#voices = voices
	}

	/** Take up the scripts that were running when the emulator stopped. */
	resume() {
		for (const [contact, saved] of [...this.#store.under('script/')]) this.#launch(contact, saved)
	}

	get list() {
		return [...this.#running].map(([contact, { position, round }]) => ({ contact, position, round }))
	}

	start(contact, { steps = [], repeat = 1, echo = false, account }) {
		if (!Array.isArray(steps)) throw new Refused('"steps" must be a list')
		this.stop(contact.number)
		this.#launch(contact.number, { steps, repeat, echo, account, position: 0, round: 1, since: this.#history.last })
	}

	stop(number) {
		const run = this.#running.get(number)
		if (run) run.stopped = true
		this.#running.delete(number)
		this.#store.delete(`script/${number}`)
		this.#store.commit()
	}

	#launch(number, run) {
		this.#running.set(number, run)
		this.#save(number, run)
		this.#play(number, run).catch(error => {
			this.#history.record('script.failed', { contact: number, position: run.position, round: run.round, error: error.message })
			this.stop(number)
		})
	}

	async #play(number, run) {
		const contact = this.#people.knownContact(number)
		for (; run.round <= run.repeat; run.round++, run.position = 0) {
			for (; run.position < run.steps.length; run.position++) {
				if (run.stopped) return
				await this.#step(contact, run, run.steps[run.position])
				this.#save(number, { ...run, position: run.position + 1 })
			}
		}
		this.#history.record('script.finished', { contact: number })
		while (run.echo && !run.stopped) await this.#echo(contact, run)
		if (!run.stopped) this.stop(number)
	}

	async #step(contact, run, step) {
		const account = this.#people.account(run.account)
		if (step.say) {
			run.since = this.#history.last
			await this.#voices.say(account, contact, typeof step.say === 'string' ? { text: step.say } : step.say)
		} else if (step.expect) await this.#expect(contact, run, step.expect)
		else if (step.wait) await after(step.wait * 1000)
		else if (step.typing) {
			this.#voices.typing(account, contact, 'composing')
			await after(step.typing * 1000)
			this.#voices.typing(account, contact, 'paused')
		} else if (step.read) this.#voices.receipt(account, contact, [run.last], { type: 'read' })
		else throw new Refused(`unknown step ${JSON.stringify(step)}`)
	}

	async #expect(contact, run, { text, within = DEFAULT_PATIENCE_S }) {
		const pattern = new RegExp(text ?? '', 'is')
		const answer = await this.#history.next(
			event => event.event === 'message.received' && event.contact === contact.number && event.transmission === 1 && pattern.test(event.text ?? ''),
			{ since: run.since, ms: within * 1000 }
		)
		if (!answer) throw new Error(`no answer like /${text ?? ''}/ within ${within} s`)
		run.since = answer.seq
		run.last = answer.id
	}

	async #echo(contact, run) {
		const heard = await this.#history.next(
			event => event.event === 'message.received' && event.contact === contact.number && event.transmission === 1 && event.text,
			{ since: run.since, ms: 1000 }
		)
		if (!heard || run.stopped) return
		run.since = heard.seq
		await this.#voices.say(this.#people.account(heard.account), contact, { text: heard.text })
		this.#save(contact.number, run)
	}

	#save(number, run) {
		this.#store.set(`script/${number}`, { ...run })
		this.#store.commit()
	}
}
