import { BridgeError } from './errors.js';

export const PROTOCOL = 1;

export const OFFICIAL_SERVER = 'wss://web.whatsapp.com/ws/chat';

/**
 * @typedef {object} Limits
 * @property {number} sessions how many sessions may run at once
 * @property {number} mediaBytes larger media is named but not downloaded
 * @property {number} textChars longer text is cut, and says so
 * @property {number} maxAgeSeconds a message older than this on arrival is marked late
 * @property {number} historyMessages how many messages of a history sync are passed on
 */

/**
 * @typedef {object} Config
 * @property {string} mediaDir where received media is written and media to send is read
 * @property {string} serverUrl
 * @property {boolean} testServer true only when a loopback server was named
 * @property {string | null} serverRoot hex public key that a test server's certificate is signed by
 * @property {[number, number, number] | null} version WhatsApp Web version, when the built-in one is refused
 * @property {[string, string, string]} browser how the box shows up in the phone's linked devices
 * @property {string} countryCode
 * @property {{groups: boolean, status: boolean, newsletters: boolean}} accept
 * @property {Limits} limits
 * @property {{keepAliveMs: number, connectMs: number, queryMs: number, ackMs: number, qrMs: number | null, backoffMs: number, backoffMaxMs: number, probeMs: number, quietMs: number, linkMs: number}} timing
 * @property {{level: string, library: boolean}} log
 */

const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** @param {string} host */
export const isLoopback = (host) => LOOPBACK.test(host);

/**
 * The server to talk to. Only a loopback address may stand in for WhatsApp, so that no setting can
 * send a customer's keys and messages to somebody else.
 * @param {unknown} url
 * @returns {{serverUrl: string, testServer: boolean}}
 */
export function serverOf(url) {
  if (url == null || url === '') return { serverUrl: OFFICIAL_SERVER, testServer: false };
  let parsed;
  try {
    parsed = new URL(String(url));
  } catch {
    throw new BridgeError('bad_config', 'serverUrl is not a URL', { field: 'serverUrl' });
  }
  if (!['ws:', 'wss:'].includes(parsed.protocol) || !isLoopback(parsed.hostname)) {
    throw new BridgeError('bad_config', 'serverUrl may only be ws:// or wss:// on loopback', {
      field: 'serverUrl',
    });
  }
  if (parsed.pathname === '/') parsed.pathname = '/ws/chat';
  return { serverUrl: parsed.href, testServer: true };
}

/**
 * @param {string} field
 * @param {unknown} value
 * @param {number} fallback
 * @returns {number}
 */
function positive(field, value, fallback) {
  if (value == null) return fallback;
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
    throw new BridgeError('bad_config', `${field} must be a positive number`, { field });
  }
  return value;
}

/** @param {unknown} value */
function webVersion(value) {
  if (value == null) return null;
  const parts = typeof value === 'string' ? value.split('.').map(Number) : value;
  if (!Array.isArray(parts) || parts.length !== 3 || !parts.every(Number.isInteger)) {
    throw new BridgeError('bad_config', 'version must look like 2.3000.1043857760', {
      field: 'version',
    });
  }
  return /** @type {[number, number, number]} */ (parts);
}

/** @param {unknown} value */
function noiseRoot(value) {
  if (value == null || value === '') return null;
  if (typeof value !== 'string' || !/^[0-9a-f]{64}$/i.test(value)) {
    throw new BridgeError('bad_config', 'serverRoot must be 32 bytes in hex', {
      field: 'serverRoot',
    });
  }
  return value.toLowerCase();
}

/**
 * Check what the daemon said hello with, and fill in the defaults.
 * @param {any} raw
 * @returns {Config}
 */
export function readConfig(raw) {
  if (raw?.protocol !== PROTOCOL) {
    throw new BridgeError('protocol_mismatch', `this bridge speaks protocol ${PROTOCOL}`, {
      protocol: PROTOCOL,
    });
  }
  if (typeof raw.mediaDir !== 'string' || !raw.mediaDir.startsWith('/')) {
    throw new BridgeError('bad_config', 'mediaDir must be an absolute path', { field: 'mediaDir' });
  }
  const { limits = {}, timing = {}, accept = {}, log = {}, device = {} } = raw;
  /** @param {string} name @param {number} fallback */
  const limit = (name, fallback) => positive(`limits.${name}`, limits[name], fallback);
  /** @param {string} name @param {number} fallback */
  const time = (name, fallback) => positive(`timing.${name}`, timing[name], fallback);
  return {
    mediaDir: raw.mediaDir,
    ...serverOf(raw.serverUrl),
    serverRoot: noiseRoot(raw.serverRoot),
    version: webVersion(raw.version),
    browser: [String(device.name || 'NextAgent Edge'), String(device.browser || 'Chrome'), '1.0'],
    countryCode: String(raw.countryCode || 'BR'),
    accept: {
      groups: accept.groups === true,
      status: accept.status === true,
      newsletters: accept.newsletters === true,
    },
    limits: {
      sessions: limit('sessions', 20),
      mediaBytes: limit('mediaBytes', 64 * 1024 * 1024),
      textChars: limit('textChars', 65_536),
      maxAgeSeconds: limit('maxAgeSeconds', 600),
      historyMessages: limit('historyMessages', 2_000),
    },
    timing: {
      keepAliveMs: time('keepAliveMs', 20_000),
      connectMs: time('connectMs', 20_000),
      queryMs: time('queryMs', 30_000),
      ackMs: time('ackMs', 20_000),
      qrMs: timing.qrMs == null ? null : time('qrMs', 20_000),
      backoffMs: time('backoffMs', 1_000),
      backoffMaxMs: time('backoffMaxMs', 300_000),
      probeMs: time('probeMs', 60_000),
      quietMs: time('quietMs', 900_000),
      linkMs: time('linkMs', 180_000),
    },
    log: { level: String(log.level || 'info'), library: log.library === true },
  };
}
