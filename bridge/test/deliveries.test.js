import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deliveries } from '../src/deliveries.js';

const log = /** @type {any} */ ({ warn: () => {} });

test('events arrive in order, a burst in few requests', async () => {
  /** @type {any[][]} */
  const requests = [];
  const link = {
    request: async (/** @type {string} */ _op, /** @type {any} */ { events }) => {
      requests.push(events);
      await new Promise((resolve) => setTimeout(resolve, 2));
    },
  };
  const deliveries = new Deliveries(link, log);
  await Promise.all(Array.from({ length: 250 }, (_, n) => deliveries.push('e', { n })));
  assert.deepEqual(
    requests.flat().map(({ data }) => data.n),
    Array.from({ length: 250 }, (_, n) => n),
  );
  assert.ok(requests.length <= 4, `${requests.length} requests`);
});

test('what the daemon does not take is offered again under the same number', async () => {
  /** @type {number[]} */
  const seen = [];
  const link = {
    request: async (/** @type {string} */ _op, /** @type {any} */ { events }) => {
      seen.push(events[0].seq);
      if (seen.length < 3) throw Object.assign(new Error('full'), { code: 'disk_full' });
    },
  };
  const deliveries = new Deliveries(link, log);
  await deliveries.push('e', {});
  assert.deepEqual(seen, [1, 1, 1]);
  assert.equal(deliveries.waiting, 0);
});
