import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RENEWED, afterClose } from '../src/reconnect.js';

const timing = { backoffMs: 1_000, backoffMaxMs: 300_000 };
const facts = { code: 428, linked: true, offered: false, failures: 1 };
const middle = () => 0.5;

test('515 is not a loss: the next connection is made at once', () => {
  const verdict = afterClose({ ...facts, code: 515, failures: 0 }, timing);
  assert.deepEqual([verdict.state, verdict.delayMs], ['STARTING', 0]);
});

test('a quiet connection is renewed at once and counts as no loss', () => {
  const verdict = afterClose({ ...facts, code: RENEWED, failures: 0 }, timing);
  assert.deepEqual([verdict.reason, verdict.delayMs], ['renewing', 0]);
});

for (const code of [408, 428, 500, 503, undefined]) {
  test(`a connection lost with ${code} comes back by itself`, () => {
    const verdict = afterClose({ ...facts, code }, timing, middle);
    assert.deepEqual([verdict.state, verdict.delayMs], ['RECONNECTING', 1_000]);
  });
}

test('the wait doubles, is spread, and ends at its limit', () => {
  const wait = (/** @type {number} */ failures, /** @type {() => number} */ random) =>
    afterClose({ ...facts, failures }, timing, random).delayMs;
  assert.equal(wait(4, middle), 8_000);
  assert.equal(wait(60, middle), 300_000);
  assert.notEqual(
    wait(4, () => 0),
    wait(4, () => 1),
  );
});

/** @type {[number, string, string, boolean][]} */
const finals = [
  [401, 'LOGGED_OUT', 'logged_out', true],
  [403, 'FAILED', 'account_banned', false],
  [405, 'FAILED', 'update_required', false],
  [411, 'FAILED', 'multi_device_required', false],
  [440, 'FAILED', 'replaced', false],
  [400, 'FAILED', 'server_not_trusted', false],
];
for (const [code, state, reason, forget] of finals) {
  test(`${code} stays down: ${reason}`, () => {
    assert.deepEqual(afterClose({ ...facts, code }, timing), {
      state,
      reason,
      delayMs: null,
      forget,
    });
  });
}

test('a QR that nobody scanned stops the session until a person asks again', () => {
  const verdict = afterClose({ code: 408, linked: false, offered: true, failures: 1 }, timing);
  assert.deepEqual(
    [verdict.state, verdict.reason, verdict.delayMs],
    ['STOPPED', 'qr_expired', null],
  );
});
