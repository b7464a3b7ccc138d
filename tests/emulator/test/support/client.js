// An unmodified Baileys client in its own process, driven over the IPC channel: what the emulator is tried with.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import makeWASocket, { Browsers, BufferJSON, downloadMediaMessage, initAuthCreds, proto, WA_CERT_DETAILS } from 'baileys'

const { url, noiseRoot, file, options = {} } = JSON.parse(process.env.CLIENT)
WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(noiseRoot, 'hex')
for (const method of ['log', 'info', 'warn', 'error']) console[method] = () => {}
const logger = { level: 'silent', child: () => logger, trace() {}, debug() {}, info() {}, warn() {}, error() {} }

const saved = file && existsSync(file) ? JSON.parse(readFileSync(file), BufferJSON.reviver) : { creds: initAuthCreds(), keys: {} }
const save = () => file && writeFileSync(file, JSON.stringify(saved, BufferJSON.replacer))
const revive = (type, value) => (value && type === 'app-state-sync-key' ? proto.Message.AppStateSyncKeyData.fromObject(value) : value)
const keys = {
	get: (type, ids) => Object.fromEntries(ids.map(id => [id, revive(type, saved.keys[type]?.[id])]).filter(([, value]) => value != null)),
	set: data => {
		for (const type in data) for (const id in data[type]) {
			saved.keys[type] ??= {}
			if (data[type][id] == null) delete saved.keys[type][id]
			else saved.keys[type][id] = data[type][id]
		}
		save()
	}
}

const sent = new Map()
const emit = (event, data) => process.send({ event, data: JSON.parse(JSON.stringify(data ?? null, BufferJSON.replacer)) })
let sock

function connect() {
	sock = makeWASocket({
		waWebSocketUrl: url, auth: { creds: saved.creds, keys }, logger, browser: Browsers.ubuntu('Chrome'),
		markOnlineOnConnect: false, connectTimeoutMs: 5000, defaultQueryTimeoutMs: 5000, keepAliveIntervalMs: 1000,
		getMessage: async key => sent.get(key.id), ...options
	})
	sock.ev.on('creds.update', save)
	sock.ev.on('connection.update', ({ connection, qr, lastDisconnect, isNewLogin }) => {
		const code = lastDisconnect?.error?.output?.statusCode
		emit('connection', { connection, qr, code, isNewLogin })
		if (connection === 'close' && code === 515) connect()
	})
	for (const name of ['messages.upsert', 'messages.update', 'message-receipt.update', 'presence.update', 'messages.reaction', 'messaging-history.set']) {
		sock.ev.on(name, data => emit(name, data))
	}
	sock.ws.on('CB:ack,class:message', ({ attrs }) => emit('ack', attrs))
	sock.ws.on('CB:notification', ({ attrs }) => emit('notification', attrs))
}
setInterval(() => sock?.ev.isBuffering() && sock.ev.flush(), 100)

const buffers = content => Object.fromEntries(Object.entries(content).map(([name, value]) => [name, ['image', 'audio', 'document'].includes(name) ? Buffer.from(value, 'base64') : name === 'poll' ? { ...value, messageSecret: Buffer.from(value.messageSecret) } : value]))
const operations = {
	connect,
	send: async ({ to, content, id }) => {
		const message = await sock.sendMessage(to, buffers(content), { messageId: id })
		sent.set(message.key.id, message.message)
		return message.key
	},
	code: ({ phone }) => sock.requestPairingCode(phone),
	onWhatsApp: ({ phone }) => sock.onWhatsApp(phone),
	read: ({ keys: read }) => sock.readMessages(read),
	typing: ({ to }) => sock.sendPresenceUpdate('composing', to),
	download: async ({ message }) => (await downloadMediaMessage(JSON.parse(JSON.stringify(message), BufferJSON.reviver), 'buffer', {})).toString('base64'),
	groups: () => sock.groupFetchAllParticipating(),
	user: () => sock.user
}

process.on('message', async ({ id, op, data }) => {
	try {
		process.send({ id, ok: JSON.parse(JSON.stringify((await operations[op](data ?? {})) ?? null, BufferJSON.replacer)) })
	} catch (error) {
		process.send({ id, error: error.message })
	}
})
process.on('disconnect', () => process.exit(0))
process.on('unhandledRejection', error => emit('rejection', { message: error.message }))
connect()
