// What the server knows, kept across `kill -9`: a map of JSON values whose changes are appended to one file.
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const COMPACT_ABOVE = 64 * 1024 * 1024

/** Read the whole lines of a file; a torn last line is what a crash left behind and was never acknowledged. */
function* lines(path) {
	if (!existsSync(path)) return
	const data = readFileSync(path)
	let start = 0
	for (let end = data.indexOf(10); end !== -1; start = end + 1, end = data.indexOf(10, start)) {
		yield JSON.parse(data.toString('utf8', start, end))
	}
}

/** Key to JSON value. `set` and `delete` take effect in memory at once and on disk, all together, at `commit`. */
export class Store {
	#values = new Map()
	#changes = []
	#path
	#file
	#size = 0

	constructor(directory) {
		mkdirSync(directory, { recursive: true, mode: 0o700 })
		this.#path = join(directory, 'state.jsonl')
		for (const changes of lines(this.#path)) for (const [key, value] of changes) this.#apply(key, value)
		this.#compact()
	}

	get(key) {
		return this.#values.get(key)
	}

	/** Entries whose key starts with `prefix`, in the order they were first written. */
	*under(prefix) {
		for (const [key, value] of this.#values) if (key.startsWith(prefix)) yield [key.slice(prefix.length), value]
	}

	set(key, value) {
		this.#apply(key, value)
		this.#changes.push([key, value])
	}

	delete(key) {
		if (this.#values.delete(key)) this.#changes.push([key, null])
	}

	/** One write for everything since the last commit. The page cache outlives this process, which is all we promise. */
	commit() {
		if (!this.#changes.length) return
		this.#size += writeSync(this.#file, JSON.stringify(this.#changes) + '\n')
		this.#changes = []
		if (this.#size > COMPACT_ABOVE) this.#compact()
	}

	close() {
		this.commit()
		closeSync(this.#file)
	}

	#apply(key, value) {
		if (value === null) this.#values.delete(key)
		else this.#values.set(key, value)
	}

	#compact() {
		const fresh = `${this.#path}.new`
		const file = openSync(fresh, 'w', 0o600)
		this.#size = 0
		for (const entry of this.#values) this.#size += writeSync(file, JSON.stringify([entry]) + '\n')
		renameSync(fresh, this.#path)
		if (this.#file !== undefined) closeSync(this.#file)
		this.#file = file // still the same inode under its final name
	}
}

/** Everything that happened, in order, for ever: tests and people ask it questions afterwards. */
export class History {
	#events = []
	#file
	#watchers = new Set()

	constructor(directory) {
		mkdirSync(directory, { recursive: true, mode: 0o700 })
		const path = join(directory, 'history.jsonl')
		for (const event of lines(path)) this.#events.push(event)
		if (existsSync(path)) truncateSync(path, readFileSync(path).lastIndexOf(10) + 1) // the torn line of a crash
		this.#file = openSync(path, 'a', 0o600)
	}

	get last() {
		return this.#events.length
	}

	/** Write one event down and tell who waits. Its `seq` counts from 1. */
	record(name, facts = {}) {
		const event = { seq: this.#events.length + 1, at: new Date().toISOString(), event: name, ...facts }
		this.#events.push(event)
		writeSync(this.#file, JSON.stringify(event) + '\n')
		for (const watcher of [...this.#watchers]) watcher(event)
		return event
	}

	/** Events after `seq`, optionally of the given names only. */
	since(seq, { names, limit = 1000 } = {}) {
		const found = []
		for (let i = Math.max(0, seq); i < this.#events.length && found.length < limit; i++) {
			if (!names || names.includes(this.#events[i].event)) found.push(this.#events[i])
		}
		return found
	}

	/** Call `watcher` for each new event until the returned function is called. */
	watch(watcher) {
		this.#watchers.add(watcher)
		return () => this.#watchers.delete(watcher)
	}

	/** Resolve with the first event after `seq` that satisfies `wanted`, or undefined after `ms`. */
	next(wanted, { since = this.last, ms = 15000 } = {}) {
		const seen = this.#events.slice(since).find(wanted)
		if (seen) return Promise.resolve(seen)
		return new Promise(resolve => {
			const stop = this.watch(event => wanted(event) && finish(event))
			const timer = setTimeout(() => finish(undefined), ms)
			const finish = event => {
				clearTimeout(timer)
				stop()
				resolve(event)
			}
		})
	}

	close() {
		closeSync(this.#file)
	}
}
