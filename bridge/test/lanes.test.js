import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addTransactionCapability } from 'baileys';
import { Lanes } from '../src/lanes.js';

const quiet = /** @type {any} */ ({ level: 'silent' });
for (const level of ['trace', 'debug', 'info', 'warn', 'error']) quiet[level] = () => {};
quiet.child = () => quiet;

/** How many of the two pieces of work ran at the same time. @param {string[]} chats @param {string} lock */
async function together(chats, lock) {
  const store = /** @type {any} */ ({ get: () => ({}), set: () => {} });
  const keys = addTransactionCapability(store, quiet, {
    maxCommitRetries: 1,
    delayBetweenTriesMs: 0,
  });
  const lanes = new Lanes(keys, () => 'me');
  let running = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 20));
    running--;
  };
  await Promise.all(chats.map((chat) => lanes.within(chat, () => keys.transaction(work, lock))));
  return most;
}

test('two chats are sent to at the same time, one chat in order', async () => {
  assert.equal(await together(['ana', 'bia'], 'me'), 2);
  assert.equal(await together(['ana', 'ana'], 'me'), 1);
});

test('what is not the lock of the account stays a lock for everybody', async () => {
  assert.equal(await together(['ana', 'bia'], 'pre-keys'), 1);
});
