import { BufferJSON, Browsers, initAuthCreds } from 'baileys';
import { BridgeError, closeCode } from './errors.js';
import { Connection } from './connection.js';
import { KeyStore } from './keystore.js';
import { Sender } from './sender.js';
import { RENEWED, afterClose } from './reconnect.js';

/** @typedef {import('./reconnect.js').State} State */
/** @typedef {import('./sessions.js').Services} Services */
/** @typedef {{state: State, reason: string, code?: number, qr?: string, pairingCode?: string, expiresAt?: number, forget?: boolean, retryInMs?: number, can?: typeof CAN}} Update */

/**
 * What an account can show a customer natively. Lists and buttons of linked devices are refused by
 * WhatsApp or shown to nobody: see PROTOCOL.md, "What works natively".
 */
const CAN = { poll: true, list: false, buttons: false };
/** After this long without a break, the next loss starts the back-off anew. */
const STABLE_MS = 30_000;
/** A number that nobody writes to is renewed so many times more seldom than a busy one. */
const QUIET_GROWTH = 4;

/**
 * One WhatsApp account of the box: its keys, its connection of the moment, and what becomes of it
 * when that connection ends.
 */
export class Session {
  /** @type {State} */
  state = 'STARTING';
  reason = 'starting';
  since = Date.now();
  failures = 0;
  #stopped = false;
  #offered = false;
  /** @type {Connection | null} */
  #connection = null;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  /** @type {NodeJS.Timeout | undefined} */
  #unused;
  /** @type {Promise<void> | null} */
  #saving = null;
  #unsaved = false;

  /**
   * @param {{session: string, method?: 'qr' | 'code', phone?: string}} options
   * @param {Services} services
   */
  constructor({ session, method = 'qr', phone }, services) {
    this.id = session;
    this.method = method;
    this.phone = phone;
    this.services = services;
    this.log = services.log.child({ wa: session.slice(0, 8) });
    this.keys = new KeyStore(services.link, session);
    this.quietMs = services.config.timing.quietMs;
    this.sender = new Sender(this);
    /** @type {import('baileys').AuthenticationCreds} */
    this.creds = initAuthCreds();
  }

  get linked() {
    return Boolean(this.creds.account && this.creds.me);
  }

  get alive() {
    return !this.#stopped;
  }

  /** @returns {{id: string, lid?: string, name?: string} | undefined} */
  get me() {
    return this.linked ? this.creds.me : undefined;
  }

  /** The device as the phone lists it. Some accounts refuse an unusual one with a pairing code. */
  get browser() {
    return this.method === 'code' ? Browsers.ubuntu('Chrome') : this.services.config.browser;
  }

  async start() {
    await this.services.media.tidy(this.id);
    const { creds } = await this.services.link.request('auth.load', { session: this.id });
    if (creds) this.creds = JSON.parse(creds, BufferJSON.reviver);
    // Linking that was begun and not finished: WhatsApp knows nothing of these keys.
    if (!this.linked) this.creds = initAuthCreds();
    this.update({ state: 'STARTING', reason: 'starting' });
    this.#connect();
  }

  /** @param {'stopped' | 'bridge_stopping'} [reason] */
  async stop(reason = 'stopped') {
    this.#stopped = true;
    this.#quiet();
    await this.#connection?.end();
    await this.#saving;
    if (reason === 'stopped') this.update({ state: 'STOPPED', reason });
  }

  /** Take the device off the account, as the phone's owner could, and forget its keys. */
  async logout() {
    this.#stopped = true;
    this.#quiet();
    await this.#connection?.logout();
    this.update({ state: 'LOGGED_OUT', reason: 'logged_out_here', forget: true });
  }

  /** @param {string} phone */
  async pairingCode(phone) {
    if (this.linked) throw new BridgeError('already_linked', 'this session has an account');
    this.method = 'code';
    this.phone = phone;
    if (!this.#connection?.offering) return {};
    return { pairingCode: await this.#connection.requestCode(phone) };
  }

  /** WhatsApp brought something: the connection hears. */
  heard() {
    this.quietMs = this.services.config.timing.quietMs;
  }

  /** Nothing came for long. Perhaps nobody writes: the next time, wait longer. */
  renewed() {
    this.quietMs = Math.min(this.quietMs * 2, this.services.config.timing.quietMs * QUIET_GROWTH);
  }

  /** @returns {Connection} */
  get connection() {
    if (this.state !== 'WORKING' || !this.#connection) {
      throw new BridgeError('not_connected', `the session is ${this.state}`, { state: this.state });
    }
    return this.#connection;
  }

  health() {
    const { id, state, reason, since, failures, linked } = this;
    return { session: id, state, reason, since, failures, linked, ...this.#connection?.health() };
  }

  /** @param {Update} update */
  update({ state, reason, ...more }) {
    if (state !== this.state || reason !== this.reason) this.since = Date.now();
    this.state = state;
    this.reason = reason;
    const me = this.me && { id: this.me.id, lid: this.me.lid ?? null, name: this.me.name ?? null };
    const data = { session: this.id, state, reason, since: this.since, me: me ?? null, ...more };
    void this.services.deliveries.push('session.update', data);
    this.log.info({ state, reason, code: more.code }, 'session');
  }

  /** Creds change in small steps: one write is on its way at a time, and the last one wins. */
  saveCreds() {
    this.#unsaved = true;
    this.#saving ??= this.#save().finally(() => {
      this.#saving = null;
    });
    return this.#saving;
  }

  async #save() {
    while (this.#unsaved) {
      this.#unsaved = false;
      const creds = JSON.stringify(this.creds, BufferJSON.replacer);
      try {
        await this.services.link.request('creds.set', { session: this.id, creds });
      } catch (error) {
        const { code } = /** @type {{code?: string}} */ (error);
        this.log.warn({ code }, 'credentials not saved, trying again');
        this.#unsaved = true;
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    }
  }

  #connect() {
    if (this.#stopped) return;
    this.#offered = false;
    this.#connection = new Connection(this, {
      onOffer: (update) => {
        this.#offered = true;
        this.#unused ??= setTimeout(() => void this.#expired(), this.services.config.timing.linkMs);
        this.update({ state: 'SCAN_QR_CODE', ...update });
      },
      onLinked: () => {
        clearTimeout(this.#unused);
        this.update({ state: 'STARTING', reason: 'linked' });
      },
      onOpen: () => {
        this.update({ state: 'WORKING', reason: 'connected', can: CAN });
        this.#timer = setTimeout(() => (this.failures = 0), STABLE_MS);
        this.#timer.unref();
      },
      onPasskey: () => void this.#passkey(),
      onClose: (error) => this.#closed(error),
    });
  }

  #passkey() {
    return this.#giveUp({ state: 'PASSKEY_REQUIRED', reason: 'passkey_required', forget: true });
  }

  /** Nobody used the QR or the code: a phone that scans it later would link to nobody's screen. */
  #expired() {
    return this.#giveUp({ state: 'STOPPED', reason: 'qr_expired', forget: true });
  }

  /** @param {Update} update */
  async #giveUp(update) {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#quiet();
    await this.#connection?.end();
    this.update(update);
  }

  #quiet() {
    clearTimeout(this.#timer);
    clearTimeout(this.#unused);
  }

  /** @param {unknown} error */
  #closed(error) {
    clearTimeout(this.#timer);
    this.#connection = null;
    if (this.#stopped) return;
    const code = closeCode(error);
    this.failures += code === 515 || code === RENEWED ? 0 : 1;
    const facts = { code, linked: this.linked, offered: this.#offered, failures: this.failures };
    const verdict = afterClose(facts, this.services.config.timing);
    const { state, reason, delayMs, forget } = verdict;
    if (forget) this.creds = initAuthCreds();
    this.update({ state, reason, code, forget, retryInMs: delayMs ?? undefined });
    if (delayMs === null) {
      this.#stopped = true;
      this.#quiet();
    } else this.#timer = setTimeout(() => this.#connect(), delayMs);
  }
}
