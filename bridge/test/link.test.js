import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { BridgeError } from '../src/errors.js';
import { LineSplitter, Link, MAX_FRAME, ProtocolError } from '../src/link.js';

/** @param {Buffer[]} chunks */
function split(chunks) {
  const lines = new LineSplitter();
  return chunks.flatMap((chunk) => [...lines.feed(chunk)].map(String));
}

test('lines come out whole however the bytes were cut', () => {
  const bytes = Buffer.from('{"a":1}\n{"é":2}\n\n{"c"');
  const whole = split([bytes]);
  assert.deepEqual(whole, ['{"a":1}', '{"é":2}', '']);
  for (let at = 0; at < bytes.length; at++) {
    assert.deepEqual(split([bytes.subarray(0, at), bytes.subarray(at)]), whole);
  }
});

test('a line over the limit breaks the link instead of filling memory', () => {
  const lines = new LineSplitter();
  const chunk = Buffer.alloc(MAX_FRAME / 2 + 1, 'x');
  assert.deepEqual([...lines.feed(chunk)], []);
  assert.throws(() => [...lines.feed(chunk)], ProtocolError);
});

async function pair() {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  const [[theirs], ours] = await Promise.all([once(server, 'connection'), net.connect(port)]);
  server.close();
  /** @type {Error[]} */
  const faults = [];
  const events = { onEnd: () => {}, onFault: (/** @type {Error} */ e) => void faults.push(e) };
  const link = new Link(ours, events);
  return { link, peer: new Link(theirs, events), raw: theirs, faults };
}

test('requests are answered by id, errors keep code and data', async () => {
  const { link, peer, raw } = await pair();
  peer.handle('double', ({ n }) => ({ n: n * 2 }));
  peer.handle('fail', () => {
    throw new BridgeError('bad_request', 'no', { field: 'n' });
  });
  const answers = await Promise.all([1, 2, 3].map((n) => link.request('double', { n })));
  assert.deepEqual(answers, [{ n: 2 }, { n: 4 }, { n: 6 }]);
  await assert.rejects(link.request('fail', {}), { code: 'bad_request', data: { field: 'n' } });
  await assert.rejects(link.request('nothing', {}), { code: 'unknown_op' });
  raw.destroy();
});

for (const frame of ['nonsense', '42', '{"what":1}', 'null']) {
  test(`the frame ${frame} is a fault of the peer, not a crash`, async () => {
    const { raw, faults } = await pair();
    raw.write(`${frame}\n`);
    while (!faults.length) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok(faults[0] instanceof Error);
    raw.destroy();
  });
}
