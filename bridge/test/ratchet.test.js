import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DEFAULT_CONNECTION_CONFIG,
  addTransactionCapability,
  generateSignalPubKey,
  initAuthCreds,
} from 'baileys';
import '../src/silence.js';
import { leaveOtherSessionsAlone } from '../src/ratchet.js';

leaveOtherSessionsAlone();

const quiet = /** @type {any} */ ({ level: 'silent' });
for (const level of ['trace', 'debug', 'info', 'warn', 'error']) quiet[level] = () => {};
quiet.child = () => quiet;

/** Somebody with a phone. @param {string} jid */
function person(jid) {
  /** @type {Record<string, any>} */
  const memory = {};
  const raw = {
    get: (/** @type {string} */ type, /** @type {string[]} */ ids) =>
      Object.fromEntries(ids.map((id) => [id, memory[`${type}/${id}`]]).filter(([, v]) => v)),
    set: (/** @type {any} */ data) => {
      for (const type in data) {
        for (const id in data[type]) memory[`${type}/${id}`] = data[type][id];
      }
    },
  };
  const once = { maxCommitRetries: 1, delayBetweenTriesMs: 0 };
  const creds = initAuthCreds();
  const keys = addTransactionCapability(/** @type {any} */ (raw), quiet, once);
  const make = DEFAULT_CONNECTION_CONFIG.makeSignalRepository;
  const repo = make({ creds, keys }, quiet, async () => []);
  return { jid, creds, repo };
}

/** @typedef {ReturnType<typeof person>} Person */

/** @param {Person} from @param {Person} to */
function begin(from, to) {
  const { registrationId, signedIdentityKey, signedPreKey } = to.creds;
  const session = {
    registrationId,
    identityKey: generateSignalPubKey(signedIdentityKey.public),
    signedPreKey: {
      keyId: signedPreKey.keyId,
      publicKey: generateSignalPubKey(signedPreKey.keyPair.public),
      signature: signedPreKey.signature,
    },
  };
  return from.repo.injectE2ESession({ jid: to.jid, session: /** @type {any} */ (session) });
}

/** @param {Person} from @param {Person} to @param {string} text */
async function write(from, to, text) {
  const sealed = await from.repo.encryptMessage({ jid: to.jid, data: Buffer.from(text) });
  return async () => String(await to.repo.decryptMessage({ jid: from.jid, ...sealed }));
}

test('a message of the old session leaves the new one, begun meanwhile, as it was', async () => {
  const [us, ana] = [person('700@lid'), person('900@lid')];
  await begin(ana, us);
  assert.equal(await (await write(ana, us, 'oi'))(), 'oi');
  assert.equal(await (await write(us, ana, 'olá'))(), 'olá');
  const stillUnderTheOld = await write(ana, us, 'quanto custa?');

  await begin(us, ana);
  assert.equal(await stillUnderTheOld(), 'quanto custa?');
  assert.equal(await (await write(us, ana, 'dez reais'))(), 'dez reais');
  assert.equal(await (await write(ana, us, 'obrigada'))(), 'obrigada');
});
