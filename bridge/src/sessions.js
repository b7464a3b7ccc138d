import { BridgeError } from './errors.js';
import { Session } from './session.js';

/**
 * @typedef {object} Services what every session shares
 * @property {import('./link.js').Link} link
 * @property {import('./config.js').Config} config
 * @property {import('./log.js').Logger} log
 * @property {import('./deliveries.js').Deliveries} deliveries
 * @property {import('./media.js').MediaFiles} media
 * @property {import('./pool.js').Pool} downloads
 */

const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The sessions of the box, and the operations of PROTOCOL.md on them. */
export class Sessions {
  /** @type {Map<string, Session>} */
  #running = new Map();

  /** @param {Services} services */
  constructor(services) {
    this.services = services;
  }

  /** @param {any} request */
  async start(request) {
    const id = String(request?.session ?? '');
    if (!ID.test(id)) throw new BridgeError('bad_request', 'session id', { field: 'session' });
    const current = this.#running.get(id);
    if (current?.alive) return { state: current.state };
    const { sessions: limit } = this.services.config.limits;
    const alive = [...this.#running.values()].filter((session) => session.alive).length;
    if (alive >= limit) {
      throw new BridgeError('too_many_sessions', `at most ${limit} sessions`, { limit });
    }
    const session = new Session(request, this.services);
    this.#running.set(id, session);
    try {
      await session.start();
    } catch (error) {
      this.#running.delete(id);
      throw error;
    }
    return { state: session.state };
  }

  /** @param {any} request */
  async stop({ session }) {
    await this.#running.get(session)?.stop();
    this.#running.delete(session);
    return {};
  }

  /** @param {any} request */
  async logout({ session }) {
    await this.#running.get(session)?.logout();
    this.#running.delete(session);
    return {};
  }

  /**
   * @param {any} request
   * @returns {Session}
   */
  get({ session }) {
    const found = this.#running.get(session);
    if (!found) throw new BridgeError('no_session', 'this session is not running');
    return found;
  }

  async stopAll() {
    const ending = [...this.#running.values()].map((session) => session.stop('bridge_stopping'));
    await Promise.allSettled(ending);
  }

  health() {
    const { rss, heapUsed } = process.memoryUsage();
    const { deliveries, link } = this.services;
    return {
      uptimeSeconds: Math.round(process.uptime()),
      memory: { rss, heapUsed },
      deliveries: deliveries.waiting,
      backlogBytes: link.backlog,
      sessions: [...this.#running.values()].map((session) => session.health()),
    };
  }

  /** @param {import('./link.js').Link} link */
  serve(link) {
    link.handle('session.start', (data) => this.start(data));
    link.handle('session.stop', (data) => this.stop(data));
    link.handle('session.logout', (data) => this.logout(data));
    link.handle('session.pairing_code', (data) => this.get(data).pairingCode(String(data.phone)));
    link.handle('send', (data) => this.get(data).sender.send(data));
    link.handle('presence', (data) => this.get(data).sender.presence(data));
    link.handle('read', (data) => this.get(data).sender.read(data));
    link.handle('contact.resolve', (data) => this.get(data).sender.resolve(data));
    link.handle('health', () => this.health());
  }
}
