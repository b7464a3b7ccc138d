import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { LineSplitter } from '../../src/link.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/**
 * The daemon's side of the link, with its tables in memory, for tests of the real bridge process.
 * What it holds survives the death of the bridge, as the daemon's database does.
 */
export class MemoryDaemon extends EventEmitter {
  /** @type {Map<string, string>} */
  creds = new Map();
  /** @type {Map<string, string>} */
  keys = new Map();
  /** @type {Map<string, {plaintext: string, stanza: any, pending: boolean}>} */
  inbox = new Map();
  /** @type {Map<string, any>} messages as the customer's inbox would hold them, one per id */
  messages = new Map();
  /** @type {any[]} every event, as it came */
  events = [];
  /** @type {Map<string, string>} */
  payloads = new Map();
  /** @type {Map<string, {name: string, options: string[], secret: string}>} */
  polls = new Map();
  /**
   * Called before each request is answered: may delay, refuse, or kill the bridge.
   * @type {(op: string, data: any) => any}
   */
  before = () => {};
  #id = 0;
  /** @type {Map<number, (frame: any) => void>} */
  #waiting = new Map();

  /** @param {object} hello */
  constructor(hello) {
    super();
    this.setMaxListeners(0);
    this.hello = hello;
  }

  /** @param {NodeJS.ProcessEnv} [env] */
  async start(env = {}) {
    const child = spawn(process.execPath, [MAIN], {
      stdio: ['ignore', 'inherit', process.env.BRIDGE_LOG ? 'inherit' : 'ignore', 'pipe'],
      env: { ...process.env, ...env, NEXTAGENT_FD: '3' },
    });
    this.child = child;
    this.pipe = /** @type {import('node:net').Socket} */ (child.stdio[3]);
    this.pipe.on('error', () => {});
    const lines = new LineSplitter();
    this.pipe.on('data', (chunk) => {
      for (const line of lines.feed(chunk)) void this.#frame(JSON.parse(line.toString()));
    });
    child.on('exit', (code) => this.emit('exit', code));
    return this.request('hello', this.hello);
  }

  async stop() {
    const gone = once(this, 'exit');
    this.pipe?.end();
    await gone;
  }

  async kill() {
    const gone = once(this, 'exit');
    this.child?.kill('SIGKILL');
    await gone;
  }

  /**
   * @param {string} op
   * @param {object} [data]
   * @returns {Promise<any>}
   */
  request(op, data = {}) {
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (frame) => {
        if (frame.ok) resolve(frame.data);
        else reject(Object.assign(new Error(frame.error.message), { code: frame.error.code }));
      });
      this.#write({ id, op, data });
    });
  }

  /**
   * @param {string} name
   * @param {(data: any) => boolean} [match]
   * @param {number} [ms]
   * @returns {Promise<any>}
   */
  next(name, match = () => true, ms = 15_000) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${name} in ${ms} ms`)), ms);
      const listener = (/** @type {any} */ data) => {
        if (!match(data)) return;
        clearTimeout(timer);
        this.off(name, listener);
        resolve(data);
      };
      this.on(name, listener);
    });
  }

  /** @param {object} frame */
  #write(frame) {
    if (this.pipe?.writable) this.pipe.write(JSON.stringify(frame) + '\n');
  }

  /** @param {any} frame */
  async #frame(frame) {
    if ('re' in frame) {
      this.#waiting.get(frame.re)?.(frame);
      this.#waiting.delete(frame.re);
    } else if ('op' in frame) {
      try {
        await this.before(frame.op, frame.data);
        this.#write({ re: frame.id, ok: true, data: this.#answer(frame.op, frame.data) ?? {} });
      } catch (error) {
        const { code = 'internal', message } = /** @type {any} */ (error);
        this.#write({ re: frame.id, ok: false, error: { code, message } });
      }
    } else if (frame.event) this.emit(frame.event, frame.data);
  }

  /**
   * @param {string} op
   * @param {any} data
   */
  #answer(op, data) {
    const { session } = data;
    switch (op) {
      case 'auth.load':
        return { creds: this.creds.get(session) ?? null };
      case 'creds.set':
        this.creds.set(session, data.creds);
        return {};
      case 'keys.get':
        return {
          keys: Object.fromEntries(
            data.ids.map((/** @type {string} */ id) => [
              id,
              this.keys.get(`${session}/${data.type}/${id}`) ?? null,
            ]),
          ),
        };
      case 'keys.set':
        return this.#setKeys(session, data.rows);
      case 'inbox.commit': {
        this.#setKeys(session, data.rows);
        const { digest, plaintext, stanza, pending } = data;
        this.inbox.set(`${session}/${digest}`, { plaintext, stanza, pending });
        if (data.message) this.#received(data.message);
        return {};
      }
      case 'inbox.lookup':
        return { plaintext: this.inbox.get(`${session}/${data.digest}`)?.plaintext ?? null };
      case 'inbox.pending':
        return {
          items: [...this.inbox]
            .filter(([key, { pending }]) => pending && key.startsWith(`${session}/`))
            .map(([key, row]) => ({ digest: key.slice(session.length + 1), ...row })),
        };
      case 'message.get':
        return { payload: this.payloads.get(data.id) ?? null };
      case 'poll.get':
        return { poll: this.polls.get(data.id) ?? null };
      case 'events':
        for (const { event, data: body } of data.events) this.#happened(event, body);
        return {};
      default:
        throw Object.assign(new Error(op), { code: 'unknown_op' });
    }
  }

  /**
   * @param {string} session
   * @param {[string, string, string | null][]} rows
   */
  #setKeys(session, rows) {
    for (const [type, id, value] of rows) {
      const key = `${session}/${type}/${id}`;
      if (value === null) this.keys.delete(key);
      else this.keys.set(key, value);
    }
    return {};
  }

  /**
   * @param {string} event
   * @param {any} data
   */
  #happened(event, data) {
    this.events.push({ event, data });
    if (event === 'message.received') {
      const row = data.digest && this.inbox.get(`${data.message.session}/${data.digest}`);
      if (row) row.pending = false;
      this.#received(data.message);
      return;
    }
    if (event === 'session.update' && data.forget) {
      this.creds.delete(data.session);
      for (const key of this.keys.keys())
        if (key.startsWith(`${data.session}/`)) this.keys.delete(key);
    }
    this.emit(event, data);
  }

  /** @param {any} message */
  #received(message) {
    const key = [message.session, message.chat.jid, message.fromMe, message.id].join(' ');
    if (this.messages.has(key)) return;
    this.messages.set(key, message);
    this.emit('message', message);
  }
}
