import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DEFAULT_CONNECTION_CONFIG,
  addTransactionCapability,
  generateSignalPubKey,
  initAuthCreds,
} from 'baileys';
import { KeyStore } from '../src/keystore.js';
import { Stanzas, exactlyOnce } from '../src/signal.js';

const quiet = /** @type {any} */ ({ level: 'silent' });
for (const level of ['trace', 'debug', 'info', 'warn', 'error']) quiet[level] = () => {};
quiet.child = () => quiet;
const once = { maxCommitRetries: 1, delayBetweenTriesMs: 0 };
const US = '700@lid';
const ALICE = '900@lid';

/** A daemon that can refuse: what it committed is in `keys` and `inbox`. */
class Store {
  keys = new Map();
  inbox = new Map();
  broken = false;
  /** @param {string} op @param {any} data @returns {Promise<any>} */
  async request(op, data) {
    if (op === 'keys.get') {
      const at = (/** @type {string} */ id) => this.keys.get(`${data.type}/${id}`) ?? null;
      return { keys: Object.fromEntries(data.ids.map((/** @type {string} */ id) => [id, at(id)])) };
    }
    if (this.broken) throw Object.assign(new Error('refused'), { code: 'full' });
    for (const [type, id, value] of data.rows) {
      if (value === null) this.keys.delete(`${type}/${id}`);
      else this.keys.set(`${type}/${id}`, value);
    }
    if (op === 'inbox.commit') this.inbox.set(data.digest, data.plaintext);
    return {};
  }
}

/** Our side as it comes up: nothing is remembered but what the store holds. */
function us(/** @type {Store} */ store, /** @type {any} */ creds) {
  const keyStore = new KeyStore(store, 's1');
  const inbox = {
    commit: (/** @type {any} */ { digest, plaintext, rows }) =>
      store.request('inbox.commit', { digest, plaintext, rows }),
    lookup: async (/** @type {string} */ digest) => store.inbox.get(digest) ?? null,
  };
  const keys = addTransactionCapability(/** @type {any} */ (keyStore), quiet, once);
  const make = exactlyOnce({ store: keyStore, stanzas: new Stanzas(), inbox });
  return { repo: make({ creds, keys }, quiet, async () => []), keys };
}

async function introduced() {
  const store = new Store();
  const creds = initAuthCreds();
  const preKey = initAuthCreds().signedIdentityKey;
  const { keys } = us(store, creds);
  await keys.set({ 'pre-key': { 1: preKey } });
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
  const alice = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(
    {
      creds: initAuthCreds(),
      keys: addTransactionCapability(/** @type {any} */ (raw), quiet, once),
    },
    quiet,
    async () => [],
  );
  await alice.injectE2ESession({
    jid: US,
    session: {
      registrationId: creds.registrationId,
      identityKey: generateSignalPubKey(creds.signedIdentityKey.public),
      signedPreKey: {
        keyId: creds.signedPreKey.keyId,
        publicKey: generateSignalPubKey(creds.signedPreKey.keyPair.public),
        signature: creds.signedPreKey.signature,
      },
      preKey: { keyId: 1, publicKey: generateSignalPubKey(preKey.public) },
    },
  });
  const write = async (/** @type {string} */ text) => {
    const { type, ciphertext } = await alice.encryptMessage({ jid: US, data: Buffer.from(text) });
    return { jid: ALICE, type, ciphertext };
  };
  return { store, creds, write, alice };
}

test('refused before the commit, the ratchet has not moved: the same bytes decrypt again', async () => {
  const { store, creds, write } = await introduced();
  const first = await write('um');
  store.broken = true;
  const before = [...store.keys.keys()];
  await assert.rejects(us(store, creds).repo.decryptMessage(first));
  assert.deepEqual([...store.keys.keys()], before);
  store.broken = false;
  assert.equal(String(await us(store, creds).repo.decryptMessage(first)), 'um');
});

test('killed after the commit, the second delivery finds the stored plaintext', async () => {
  const { store, creds, write } = await introduced();
  const [first, second] = [await write('um'), await write('dois')];
  assert.equal(String(await us(store, creds).repo.decryptMessage(first)), 'um');
  assert.equal(store.inbox.size, 1);
  const restarted = us(store, creds).repo;
  assert.equal(String(await restarted.decryptMessage(first)), 'um');
  assert.equal(String(await restarted.decryptMessage(second)), 'dois');
  assert.equal(String(await us(store, creds).repo.decryptMessage(second)), 'dois');
});

test('identity, session and the used pre-key go in the transaction of the plaintext', async () => {
  const { store, creds, write } = await introduced();
  /** @type {any[]} */
  const requests = [];
  const spied = Object.assign(Object.create(store), {
    request: (/** @type {string} */ op, /** @type {any} */ data) => {
      if (op !== 'keys.get') requests.push([op, data]);
      return store.request(op, data);
    },
  });
  await us(spied, creds).repo.decryptMessage(await write('um'));
  assert.deepEqual(
    requests.map(([op]) => op),
    ['inbox.commit'],
  );
  const types = requests[0][1].rows.map((/** @type {string[]} */ [type]) => type).sort();
  assert.deepEqual(types, ['identity-key', 'pre-key', 'session']);
  assert.equal(store.keys.has('pre-key/1'), false);
});

test('bytes that are no message of ours stay an error', async () => {
  const { store, creds, write } = await introduced();
  const broken = await write('um');
  broken.ciphertext[broken.ciphertext.length - 3] ^= 0xff;
  await assert.rejects(us(store, creds).repo.decryptMessage(broken));
  assert.equal(store.inbox.size, 0);
});

test('an outgoing step of the ratchet is committed before its ciphertext may be used', async () => {
  const { store, creds, write, alice } = await introduced();
  const { repo, keys } = us(store, creds);
  await repo.decryptMessage(await write('um'));
  const session = () => store.keys.get('session/900_1.0');
  const before = session();
  // As Baileys does it: encrypt and send inside one long transaction.
  await keys.transaction(async () => {
    const { type, ciphertext } = await repo.encryptMessage({ jid: ALICE, data: Buffer.from('re') });
    assert.notEqual(session(), before);
    const read = await alice.decryptMessage({ jid: US, type, ciphertext });
    assert.equal(String(read), 're');
  }, 'me');
  const after = session();
  const again = await us(store, creds).repo.encryptMessage({ jid: ALICE, data: Buffer.from('2') });
  assert.notEqual(session(), after);
  const read = await alice.decryptMessage({ jid: US, ...again });
  assert.equal(String(read), '2');
});
