/**
 * @typedef {'STARTING' | 'SCAN_QR_CODE' | 'PASSKEY_REQUIRED' | 'WORKING' | 'RECONNECTING' | 'LOGGED_OUT' | 'FAILED' | 'STOPPED'} State
 * @typedef {{state: State, reason: string, delayMs: number | null, forget: boolean}} Verdict
 *   a null delay means: not by itself. `forget` drops the keys, as WhatsApp has dropped the device.
 */

/** Our own code: the connection was quiet for long, and a new one shows whether it was deaf. */
export const RENEWED = 599;

/** @type {Record<number, [State, string, boolean]>} */
const FINAL = {
  400: ['FAILED', 'server_not_trusted', false],
  401: ['LOGGED_OUT', 'logged_out', true],
  403: ['FAILED', 'account_banned', false],
  405: ['FAILED', 'update_required', false],
  411: ['FAILED', 'multi_device_required', false],
  440: ['FAILED', 'replaced', false],
};

/** @type {Record<number, string>} */
const REASONS = {
  408: 'connection_lost',
  428: 'connection_closed',
  500: 'stream_error',
  503: 'service_unavailable',
};

/**
 * What to do after a connection has ended. Each socket ends for good; the next one is new.
 * @param {object} facts
 * @param {number | undefined} facts.code
 * @param {boolean} facts.linked the session has an account
 * @param {boolean} facts.offered a QR or a pairing code was on show when it ended
 * @param {number} facts.failures connections lost in a row, this one included
 * @param {{backoffMs: number, backoffMaxMs: number}} timing
 * @param {() => number} [random]
 * @returns {Verdict}
 */
export function afterClose({ code, linked, offered, failures }, timing, random = Math.random) {
  if (code === 515)
    return { state: 'STARTING', reason: 'restart_required', delayMs: 0, forget: false };
  if (code === RENEWED) {
    return { state: 'RECONNECTING', reason: 'renewing', delayMs: 0, forget: false };
  }
  const final = code === undefined ? undefined : FINAL[code];
  if (final) return { state: final[0], reason: final[1], delayMs: null, forget: final[2] };
  if (!linked && offered && code === 408) {
    return { state: 'STOPPED', reason: 'qr_expired', delayMs: null, forget: true };
  }
  const reason = REASONS[code ?? 0] ?? 'connection_lost';
  const step = Math.min(timing.backoffMs * 2 ** Math.max(failures - 1, 0), timing.backoffMaxMs);
  const delayMs = Math.round(step * (0.8 + random() * 0.4));
  return { state: linked ? 'RECONNECTING' : 'STARTING', reason, delayMs, forget: false };
}
