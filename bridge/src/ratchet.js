import * as libsignalModule from 'libsignal';

const { SessionCipher } = /** @type {any} */ (libsignalModule).default ?? libsignalModule;

/**
 * A chat has several sessions for a while: after each start of the bridge its first reply begins a
 * new one, and what the contact wrote under the old one is still on its way. libsignal tries a
 * message on one session after the other, and one that it does not fit is left with a moved ratchet,
 * stored with the rest: the next reply under it is unreadable, and it takes retry receipts, seconds
 * each, to heal. Here a session on which a try failed is put back as it was.
 */
export function leaveOtherSessionsAlone() {
  SessionCipher.prototype.decryptWithSessions = decryptWithSessions;
}

/**
 * @this {any}
 * @param {Buffer} data
 * @param {any[]} sessions
 */
async function decryptWithSessions(data, sessions) {
  if (!sessions.length) throw new Error('No sessions available');
  for (const session of sessions) {
    const before = session.serialize();
    try {
      const plaintext = await this.doDecryptWhisperMessage(data, session);
      session.indexInfo.used = Date.now();
      return { session, plaintext };
    } catch {
      putBack(session, before);
    }
  }
  throw new Error('No matching sessions found for message');
}

/**
 * @param {any} session
 * @param {any} before
 */
function putBack(session, before) {
  const restored = session.constructor.deserialize(before);
  for (const name of Object.keys(session)) if (!(name in restored)) delete session[name];
  Object.assign(session, restored);
}
