// The media server: what clients and simulated phones upload, encrypted as on the real one, kept as files.
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getMediaKeys } from 'baileys'
import { Refused, seconds } from './wire.js'

const UPLOAD_LIMIT = 128 * 1024 * 1024
const sha256 = data => createHash('sha256').update(data).digest()

/** Encrypted files by id, served under /m/ and accepted under /mms/. */
export class Media {
	#directory
	#origin
	#faults

	constructor(directory, faults) {
		this.#directory = join(directory, 'media')
		this.#faults = faults
		mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
	}

	/** Where clients reach this server; known once it listens. */
	set origin(origin) {
		this.#origin = origin
	}

	/** Encrypt as a phone does before it uploads; the fields an imageMessage and its like carry. */
	async put(type, plain) {
		const mediaKey = randomBytes(32)
		const keys = await getMediaKeys(mediaKey, type)
		const cipher = createCipheriv('aes-256-cbc', keys.cipherKey, keys.iv)
		const encrypted = Buffer.concat([cipher.update(plain), cipher.final()])
		const mac = createHmac('sha256', keys.macKey).update(keys.iv).update(encrypted).digest().subarray(0, 10)
		const body = Buffer.concat([encrypted, mac])
		const { url, direct_path: directPath } = this.#keep(body)
		return {
			url, directPath, mediaKey, fileLength: plain.length, fileSha256: sha256(plain), fileEncSha256: sha256(body),
			mediaKeyTimestamp: seconds()
		}
	}

	/** The plain bytes a message points at, checked against its hashes as a phone would. */
	async open(type, { directPath, url, mediaKey, fileSha256 }) {
		const body = this.#read(new URL(directPath || url, 'https://any').pathname)
		if (!body) throw new Error('the message names a file that was never uploaded')
		const keys = await getMediaKeys(Buffer.from(mediaKey), type)
		const encrypted = body.subarray(0, -10)
		const mac = createHmac('sha256', keys.macKey).update(keys.iv).update(encrypted).digest().subarray(0, 10)
		if (!mac.equals(body.subarray(-10))) throw new Error('the uploaded file has a wrong MAC')
		const decipher = createDecipheriv('aes-256-cbc', keys.cipherKey, keys.iv)
		const plain = Buffer.concat([decipher.update(encrypted), decipher.final()])
		if (!sha256(plain).equals(Buffer.from(fileSha256))) throw new Error('the uploaded file has a wrong hash')
		return plain
	}

	/** Answer a client's upload or download. */
	async serve(request, response) {
		const fault = this.#faults.take('media', { method: request.method })
		if (fault?.delayMs) await new Promise(resolve => setTimeout(resolve, fault.delayMs))
		if (fault?.status) return void response.writeHead(fault.status).end()
		if (request.method === 'POST') return this.#upload(request, response)
		const body = this.#read(new URL(request.url, 'https://any').pathname)
		response.writeHead(body ? 200 : 404, { 'content-type': 'application/octet-stream' }).end(body)
	}

	async #upload(request, response) {
		const parts = []
		let size = 0
		for await (const part of request) {
			size += part.length
			if (size > UPLOAD_LIMIT) return void response.writeHead(413).end()
			parts.push(part)
		}
		response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.#keep(Buffer.concat(parts))))
	}

	#keep(body) {
		const id = randomBytes(8).toString('hex')
		writeFileSync(join(this.#directory, id), body, { mode: 0o600 })
		return { url: `${this.#origin}/m/${id}`, direct_path: `/m/${id}` }
	}

	#read(pathname) {
		const id = /^\/m\/([0-9a-f]{16})$/.exec(pathname)?.[1]
		const path = id && join(this.#directory, id)
		return path && existsSync(path) ? readFileSync(path) : undefined
	}
}

/** Bytes a request names: `base64`, or a `path` on this machine. */
export function bytesOf({ base64, path }) {
	if (base64) return Buffer.from(base64, 'base64')
	if (path && existsSync(path)) return readFileSync(path)
	throw new Refused('media needs "base64" or the "path" of an existing file')
}
