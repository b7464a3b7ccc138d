import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Watchdog } from '../src/watchdog.js';

/** @param {{probe?: () => Promise<unknown>, held?: () => boolean, quiet?: number}} [parts] */
function watched({ probe = async () => ({}), held = () => false, quiet = Infinity } = {}) {
  let now = 1;
  /** @type {string[]} */
  const alarms = [];
  const dog = new Watchdog({
    probeMs: 60_000,
    openingMs: 80_000,
    stuckMs: 60_000,
    quietMs: () => quiet,
    held,
    probe,
    onDeaf: (why) => void alarms.push(why),
    now: () => now,
  });
  const pass = async (/** @type {number} */ seconds) => {
    for (let i = 0; i < seconds; i += 5) {
      now += 5_000;
      dog.check();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  dog.start();
  dog.stop(); // its own timer: the test moves the clock
  return { dog, pass, alarms };
}

test('a connection that never opens is given up', async () => {
  const { pass, alarms } = watched();
  await pass(80);
  assert.deepEqual(alarms, []);
  await pass(5);
  assert.deepEqual(alarms, ['stuck_opening']);
});

test('an open connection that answers is left alone', async () => {
  const { dog, pass, alarms } = watched();
  dog.settled();
  await pass(3_600);
  assert.deepEqual(alarms, []);
});

test('a server that takes questions and never answers is deaf', async () => {
  const { dog, pass, alarms } = watched({ probe: async () => undefined });
  dog.settled();
  await pass(60);
  assert.deepEqual(alarms, ['deaf']);
});

test('a message that is never decrypted is noticed, a slow queue is not', async () => {
  const { dog, pass, alarms } = watched();
  dog.settled();
  for (const id of ['a', 'b', 'c']) dog.messageCame(id);
  await pass(55);
  dog.messageDone('a');
  await pass(55);
  dog.messageDone('b');
  assert.deepEqual(alarms, []);
  await pass(65);
  assert.deepEqual(alarms, ['stuck_message']);
});

test('messages that wait for the daemon are no reason for a new connection', async () => {
  const { dog, pass, alarms } = watched({ held: () => true });
  dog.settled();
  dog.messageCame('a');
  await pass(600);
  assert.deepEqual(alarms, []);
});

test('a connection that brings nothing for long is renewed, one that does is not', async () => {
  const { dog, pass, alarms } = watched({ quiet: 900_000 });
  dog.settled();
  await pass(800);
  dog.heard();
  await pass(895);
  assert.deepEqual(alarms, []);
  await pass(10);
  assert.deepEqual(alarms, ['quiet']);
});
