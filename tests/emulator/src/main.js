// Command line: start the emulator and its control port, say where they are, stop cleanly.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { control } from './control.js'
import { Emulator } from './server.js'

const USAGE = `Usage: node tests/emulator/src/main.js [options]
  --state DIR            where everything is kept (default: state/emulator)
  --port N               for clients and media, TLS (default: 7443; 0 = any free one)
  --control-port N       for tests and people, HTTP (default: 7480; 0 = any free one)
  --quit-with-stdin      stop when standard input ends: no orphan outlives its test
  --trace                print every stanza on standard error
`

function options() {
	try {
		return parseArgs({
			options: {
				state: { type: 'string', default: 'state/emulator' },
				port: { type: 'string', default: '7443' },
				'control-port': { type: 'string', default: '7480' },
				'quit-with-stdin': { type: 'boolean', default: false },
				trace: { type: 'boolean', default: false },
				help: { type: 'boolean', default: false }
			}
		}).values
	} catch (error) {
		process.stderr.write(`${error.message}\n${USAGE}`)
		process.exit(2)
	}
}

const chosen = options()
if (chosen.help) {
	process.stdout.write(USAGE)
	process.exit(0)
}
const directory = resolve(chosen.state)
mkdirSync(directory, { recursive: true, mode: 0o700 })
const emulator = await new Emulator({ directory, trace: chosen.trace }).listen(Number(chosen.port))
const server = await control(emulator, Number(chosen['control-port']))
const facts = {
	url: emulator.url, control: `http://127.0.0.1:${server.address().port}`, ca: emulator.tls.caPath,
	noiseRoot: emulator.authority.rootHex, pid: process.pid
}
writeFileSync(join(directory, 'emulator.json.new'), JSON.stringify(facts))
renameSync(join(directory, 'emulator.json.new'), join(directory, 'emulator.json'))
process.stdout.write(JSON.stringify(facts) + '\n')
if (process.stdout.isTTY) process.stdout.write(`\nChats: ${facts.control}/\nTell the daemon: see tests/emulator/README.md\n`)

async function stop() {
	server.close()
	server.closeAllConnections()
	await emulator.close()
	process.exit(0)
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
if (chosen['quit-with-stdin']) process.stdin.on('end', stop).on('error', stop).resume()
