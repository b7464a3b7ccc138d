/**
 * Imported before anything else: libsignal prints whole session objects, private keys included,
 * with console.info and console.warn. Nothing of this process may write through `console`.
 */
const METHODS = /** @type {const} */ (['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir']);
// eslint-disable-next-line no-console -- this is the line that makes it unusable
for (const method of METHODS) console[method] = () => {};
