import makeWASocket, { S_WHATSAPP_NET, proto } from 'baileys';
import { BridgeError, closeCode } from './errors.js';
import { asksForPasskey, codeWasTyped, STALL_MS } from './passkey.js';
import { exactlyOnce, Stanzas } from './signal.js';
import { Acks, receiptOf } from './receipts.js';
import { Arrivals } from './arrivals.js';
import { kindOfChat } from './jids.js';
import { Lanes } from './lanes.js';
import { libraryLog } from './log.js';
import { RENEWED } from './reconnect.js';
import { Watchdog } from './watchdog.js';

/** @typedef {import('baileys').BinaryNode} BinaryNode */
/** @typedef {import('./session.js').Session} Session */
/** @typedef {{reason: string, qr?: string, pairingCode?: string, expiresAt?: number}} Offer */

/**
 * @typedef {object} Events
 * @property {(offer: Offer) => void} onOffer a QR or a pairing code is there to be used
 * @property {() => void} onLinked
 * @property {() => void} onOpen
 * @property {() => void} onPasskey
 * @property {(error: unknown) => void} onClose once, and the end of this connection
 */

const FIRST_QR_MS = 60_000;
const NEXT_QR_MS = 20_000;
const PAIRING_CODE_MS = 160_000;
/** What WhatsApp sends by itself; everything else only answers. */
const BROUGHT = new Set(['message', 'receipt', 'notification', 'call']);
/** Baileys forgets its event buffer after a history sync: what is in it would wait half a minute. */
const FLUSH_MS = 200;

/**
 * Baileys puts what waited on the server into a slow queue of its own, and what arrives meanwhile
 * overtakes it: a customer's sentences would come in out of order. Unmarked, they take one way.
 * @param {BinaryNode} node
 */
function keepInOrder({ tag, attrs }) {
  if (tag !== 'message' || attrs.offline === undefined) return;
  attrs.was_offline = attrs.offline;
  delete attrs.offline;
}

/** One socket to WhatsApp. It is used once: the next connection is a new one. */
export class Connection {
  offering = false;
  receivedAt = 0;
  undecryptable = 0;
  #offers = 0;
  #closed = false;
  #open = false;

  /**
   * @param {Session} session
   * @param {Events} events
   */
  constructor(session, events) {
    this.session = session;
    this.events = events;
    this.acks = new Acks();
    this.watchdog = this.#watch();
    this.arrivals = new Arrivals(session, this);
    const stanzas = new Stanzas({
      came: (id) => this.watchdog.messageCame(id),
      done: (id) => this.watchdog.messageDone(id),
    });
    this.sock = makeWASocket(this.#options(stanzas));
    this.lanes = new Lanes(this.sock.authState.keys, () => this.session.creds.me?.id);
    this.#listen(stanzas);
    this.watchdog.start();
    this.flusher = setInterval(() => this.sock.ev.isBuffering() && this.sock.ev.flush(), FLUSH_MS);
    this.flusher.unref();
  }

  /** @param {Error} [error] */
  async end(error) {
    await this.sock.end(error);
  }

  async logout() {
    await this.sock.logout();
    this.#cleanup(new BridgeError('connection_closed', 'logged out'));
  }

  /** @param {string} phone */
  async requestCode(phone) {
    const pairingCode = await this.sock.requestPairingCode(phone);
    const expiresAt = Date.now() + PAIRING_CODE_MS;
    this.events.onOffer({ reason: 'pairing_code_ready', pairingCode, expiresAt });
    return pairingCode;
  }

  health() {
    return {
      receivedAt: this.receivedAt,
      undecryptable: this.undecryptable,
      held: this.arrivals.inbox.held,
      buffering: this.sock.ev.isBuffering(),
    };
  }

  /**
   * @param {Stanzas} stanzas
   * @returns {import('baileys').UserFacingSocketConfig}
   */
  #options(stanzas) {
    const { config, log, link } = this.session.services;
    const { timing, accept } = config;
    return {
      ...(config.version && { version: config.version }),
      ...(timing.qrMs && { qrTimeout: timing.qrMs }),
      waWebSocketUrl: config.serverUrl,
      browser: this.session.browser,
      countryCode: config.countryCode,
      auth: { creds: this.session.creds, keys: /** @type {any} */ (this.session.keys) },
      logger: libraryLog(log, config.log.library),
      connectTimeoutMs: timing.connectMs,
      keepAliveIntervalMs: timing.keepAliveMs,
      defaultQueryTimeoutMs: timing.queryMs,
      transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 0 },
      emitOwnEvents: false,
      markOnlineOnConnect: false,
      syncFullHistory: false,
      shouldIgnoreJid: (jid) => {
        const kind = kindOfChat(jid);
        if (kind === 'group') return !accept.groups;
        if (kind === 'newsletter') return !accept.newsletters;
        return kind === 'status' && !accept.status;
      },
      makeSignalRepository: exactlyOnce({
        store: this.session.keys,
        stanzas,
        inbox: this.arrivals.inbox,
      }),
      getMessage: async ({ id }) => {
        const { payload } = await link.request('message.get', { session: this.session.id, id });
        return payload ? proto.Message.decode(Buffer.from(payload, 'base64')) : undefined;
      },
    };
  }

  /** @param {Stanzas} stanzas */
  #listen(stanzas) {
    const { ev, ws } = this.sock;
    ev.on('connection.update', (update) => this.#changed(update));
    ev.on('creds.update', () => void this.session.saveCreds());
    this.arrivals.listen(this.sock);
    ws.on('frame', (node) => {
      this.receivedAt = Date.now();
      if (!node?.tag) return; // a handshake frame
      keepInOrder(node);
      if (BROUGHT.has(node.tag)) {
        this.watchdog.heard();
        this.session.heard();
      }
      stanzas.note(node);
      if (!this.session.linked) this.#linking(node);
    });
    ws.on('CB:ack,class:message', (node) => this.#acknowledged(node));
    ws.on('CB:receipt', (node) => this.#receipt(node));
  }

  /** @param {Partial<import('baileys').ConnectionState>} update */
  #changed({ connection, qr, isNewLogin, lastDisconnect, reachoutTimeLock }) {
    if (qr) void this.#offer(qr);
    if (isNewLogin) {
      clearTimeout(this.stall);
      this.events.onLinked();
    }
    if (reachoutTimeLock) {
      const until = reachoutTimeLock.timeEnforcementEnds?.getTime() ?? null;
      const data = { session: this.session.id, restricted: reachoutTimeLock.isActive, until };
      void this.session.services.deliveries.push('session.restricted', data);
    }
    if (connection === 'open') {
      this.#open = true;
      this.watchdog.settled();
      this.events.onOpen();
      this.arrivals.replay();
    }
    if (connection === 'close') this.#ended(lastDisconnect?.error);
  }

  /** @param {string} qr */
  async #offer(qr) {
    this.offering = true;
    this.watchdog.settled();
    const { phone, method, services } = this.session;
    if (method === 'code' && phone) {
      if (this.#offers++ > 0) return; // the code on show stays good for as long as the socket lives
      await this.requestCode(phone).catch((error) => this.end(error));
      return;
    }
    const lifeMs = services.config.timing.qrMs ?? (this.#offers++ ? NEXT_QR_MS : FIRST_QR_MS);
    this.events.onOffer({ reason: 'qr_ready', qr, expiresAt: Date.now() + lifeMs });
  }

  /** @param {BinaryNode} node a stanza that arrived before there is an account */
  #linking(node) {
    if (asksForPasskey(node)) return this.events.onPasskey();
    if (codeWasTyped(node)) {
      clearTimeout(this.stall);
      this.stall = setTimeout(() => !this.#closed && this.events.onPasskey(), STALL_MS);
    }
  }

  /** @param {BinaryNode} node */
  #acknowledged(node) {
    if (this.acks.settle(node) || node.attrs.error) return;
    this.#status([node.attrs.id], 'sent', Number(node.attrs.t));
  }

  /** @param {BinaryNode} node */
  #receipt(node) {
    const receipt = this.session.me && receiptOf(node, this.session.me);
    if (receipt) this.#status(receipt.ids, receipt.state, receipt.timestamp);
  }

  /**
   * @param {string[]} ids
   * @param {string} state
   * @param {number} timestamp
   */
  #status(ids, state, timestamp) {
    const { id: session, services } = this.session;
    void services.deliveries.push('message.status', { session, ids, state, timestamp });
  }

  /** @param {unknown} error */
  #ended(error) {
    if (this.#closed) return;
    this.#cleanup(new BridgeError('connection_closed', 'the WhatsApp connection closed'));
    this.events.onClose(error);
  }

  /** @param {Error} error what whoever still waits on this connection gets */
  #cleanup(error) {
    this.#closed = true;
    clearInterval(this.flusher);
    clearTimeout(this.stall);
    this.watchdog.stop();
    this.acks.failAll(error);
  }

  #watch() {
    const { timing } = this.session.services.config;
    return new Watchdog({
      probeMs: timing.probeMs,
      openingMs: timing.connectMs + 2 * timing.queryMs,
      stuckMs: 60_000,
      held: () => this.arrivals.inbox.held,
      probe: () =>
        this.#open ? this.#ping(Math.min(timing.queryMs, timing.probeMs)) : Promise.resolve(true),
      quietMs: () => (this.#open && !this.acks.waiting ? this.session.quietMs : Infinity),
      onDeaf: (why) => {
        const statusCode = why === 'quiet' ? RENEWED : 408;
        this.session.log.info({ why }, 'a new connection takes the place of a deaf or quiet one');
        if (why === 'quiet') this.session.renewed();
        void this.end(Object.assign(new Error(why), { output: { statusCode } }));
      },
    });
  }

  /** @param {number} timeoutMs */
  async #ping(timeoutMs) {
    const attrs = { to: S_WHATSAPP_NET, type: 'get', xmlns: 'w:p' };
    const node = { tag: 'iq', attrs, content: [{ tag: 'ping', attrs: {} }] };
    return this.sock.query(node, timeoutMs).catch((error) => {
      if (closeCode(error) === 408) return undefined;
      throw error;
    });
  }
}
