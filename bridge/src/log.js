import pino from 'pino';

/** @typedef {import('pino').Logger} Logger */

/** What must never be read in a log, whoever puts it there. */
const SECRET = [
  'node',
  'fullErrorNode',
  'message',
  'plaintext',
  'creds',
  'keys',
  'qr',
  'session',
  'helloMsg',
  'jid',
  'key',
  'xml',
  'attrs',
  'payload',
];

/**
 * The bridge's own log: JSON lines on stderr, which the daemon reads as its child's log.
 * @param {string} level
 * @returns {Logger}
 */
export function makeLog(level) {
  return pino(
    { level, base: undefined, redact: { paths: SECRET, remove: true } },
    pino.destination({ dest: 2, sync: true }),
  );
}

/**
 * Baileys logs stanzas and identities freely: it hears `warn` at most, redacted, and only when asked.
 * @param {Logger} log
 * @param {boolean} verbose
 * @returns {Logger}
 */
export function libraryLog(log, verbose) {
  return log.child({ part: 'baileys' }, { level: verbose ? 'warn' : 'silent' });
}
