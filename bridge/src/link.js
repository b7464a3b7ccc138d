import net from 'node:net';
import { BridgeError, asRefusal } from './errors.js';

/** One line of the link is one JSON object of at most this many bytes. */
export const MAX_FRAME = 16 * 1024 * 1024;

const NEWLINE = 0x0a;

/** @typedef {(data: any) => unknown} Handler */
/** @typedef {{resolve: (value: any) => void, reject: (error: Error) => void, timer?: NodeJS.Timeout}} Waiter */

/** The peer said something that is not the protocol. */
export class ProtocolError extends Error {}

/**
 * Cuts a byte stream into lines without copying more than once.
 */
export class LineSplitter {
  /** @type {Buffer[]} */
  #parts = [];
  #size = 0;

  /**
   * @param {Buffer} chunk
   * @returns {Generator<Buffer>}
   */
  *feed(chunk) {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, start)) {
      yield this.#take(chunk.subarray(start, at));
      start = at + 1;
    }
    const rest = chunk.subarray(start);
    this.#size += rest.length;
    if (this.#size > MAX_FRAME) throw new ProtocolError(`a frame is over ${MAX_FRAME} bytes`);
    if (rest.length) this.#parts.push(rest);
  }

  /** @param {Buffer} last */
  #take(last) {
    const line = this.#parts.length ? Buffer.concat([...this.#parts, last]) : last;
    this.#parts = [];
    this.#size = 0;
    if (line.length > MAX_FRAME) throw new ProtocolError(`a frame is over ${MAX_FRAME} bytes`);
    return line;
  }
}

/** The link to the daemon; see PROTOCOL.md. */
export class Link {
  #ids = 0;
  /** @type {Map<number, Waiter>} */
  #waiting = new Map();
  /** @type {Map<string, Handler>} */
  #handlers = new Map();
  #lines = new LineSplitter();
  #leaving = '';

  /**
   * @param {net.Socket} socket
   * @param {{onEnd: () => void, onFault: (error: Error) => void}} events
   */
  constructor(socket, { onEnd, onFault }) {
    this.socket = socket;
    this.handle('ping', () => ({}));
    socket.on('data', (chunk) => {
      try {
        for (const line of this.#lines.feed(chunk)) this.#frame(JSON.parse(line.toString('utf8')));
      } catch (error) {
        onFault(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.on('end', onEnd);
    socket.on('close', onEnd);
    socket.on('error', onEnd);
  }

  /**
   * @param {{onEnd: () => void, onFault: (error: Error) => void}} events
   * @param {NodeJS.ProcessEnv} [env]
   */
  static inherited(events, env = process.env) {
    const fd = Number(env.NEXTAGENT_FD);
    if (!Number.isInteger(fd) || fd < 3)
      throw new ProtocolError('NEXTAGENT_FD names no descriptor');
    return new Link(new net.Socket({ fd, readable: true, writable: true }), events);
  }

  /** Bytes that the daemon has not taken yet. */
  get backlog() {
    return this.socket.writableLength;
  }

  /**
   * Answer `op` with what `handler(data)` returns.
   * @param {string} op
   * @param {Handler} handler
   */
  handle(op, handler) {
    this.#handlers.set(op, handler);
  }

  /**
   * @param {string} op
   * @param {object} data
   * @param {{timeoutMs?: number}} [options]
   * @returns {Promise<any>}
   */
  request(op, data, { timeoutMs = 30_000 } = {}) {
    const id = ++this.#ids;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new BridgeError('daemon_timeout', `no answer to ${op} in ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#send({ id, op, data });
    });
  }

  /**
   * Say that something happened, to whoever listens; what must not be lost goes through Deliveries.
   * @param {string} event
   * @param {object} data
   */
  emit(event, data) {
    this.#send({ event, data });
  }

  /**
   * Frames of the same turn of the event loop leave in one write: with many chats at once that is
   * most of them.
   * @param {object} frame
   */
  #send(frame) {
    if (this.socket.destroyed) return;
    if (!this.#leaving) setImmediate(() => this.#flush());
    this.#leaving += JSON.stringify(frame) + '\n';
  }

  #flush() {
    const lines = this.#leaving;
    this.#leaving = '';
    if (!this.socket.destroyed) this.socket.write(lines);
  }

  /** @param {any} frame */
  #frame(frame) {
    if (frame && 're' in frame) this.#answered(frame);
    else if (frame && 'op' in frame) void this.#asked(frame);
    else if (!(frame && ('ack' in frame || 'event' in frame))) {
      throw new ProtocolError('a frame that is neither request, response, event nor ack');
    }
  }

  /** @param {{re: number, ok?: boolean, part?: unknown, data?: unknown, error?: any}} frame */
  #answered(frame) {
    const waiter = this.#waiting.get(frame.re);
    if (!waiter || 'part' in frame) return;
    this.#waiting.delete(frame.re);
    clearTimeout(waiter.timer);
    if (frame.ok) waiter.resolve(frame.data);
    else {
      const { code = 'internal', message = '', data = {} } = frame.error ?? {};
      waiter.reject(new BridgeError(code, message, data));
    }
  }

  /** @param {{id: number, op: string, data?: unknown}} frame */
  async #asked({ id, op, data }) {
    if (op === 'cancel') return; // nothing here is worth cancelling: a send is idempotent by its id
    try {
      const handler = this.#handlers.get(op);
      if (!handler) throw new BridgeError('unknown_op', `no such operation: ${op}`);
      this.#send({ re: id, ok: true, data: (await handler(data ?? {})) ?? {} });
    } catch (error) {
      this.#send({ re: id, ok: false, error: asRefusal(error) });
    }
  }
}
