/** An error that travels to the daemon as `{code, message, data}`. */
export class BridgeError extends Error {
  /**
   * @param {string} code stable, snake_case; every code is listed in PROTOCOL.md
   * @param {string} message for the log, never with message text or keys
   * @param {Record<string, unknown>} [data]
   */
  constructor(code, message, data = {}) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/**
 * @param {unknown} error
 * @returns {{code: string, message: string, data: Record<string, unknown>}}
 */
export function asRefusal(error) {
  if (error instanceof BridgeError) {
    return { code: error.code, message: error.message, data: error.data };
  }
  const status = closeCode(error);
  const message = error instanceof Error ? error.message : String(error);
  if (status === 428 || /connection closed/i.test(message)) {
    return { code: 'connection_closed', message: 'the WhatsApp connection closed', data: {} };
  }
  return { code: 'internal', message, data: status ? { status } : {} };
}

/**
 * The status code that Baileys puts on its errors, if there is one.
 * @param {unknown} error
 * @returns {number | undefined}
 */
export function closeCode(error) {
  const output = /** @type {{output?: {statusCode?: number}}} */ (error ?? {}).output;
  return output?.statusCode;
}
