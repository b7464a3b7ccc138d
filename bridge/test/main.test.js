import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { MemoryDaemon } from './support/daemon.js';

const hello = {
  protocol: 1,
  mediaDir: '/tmp',
  serverUrl: 'ws://127.0.0.1:9',
  log: { level: 'silent' },
};

test('the bridge answers hello, ping and health', async () => {
  const daemon = new MemoryDaemon(hello);
  assert.equal((await daemon.start()).protocol, 1);
  await daemon.request('ping');
  assert.deepEqual((await daemon.request('health')).sessions, []);
  await daemon.stop();
});

test('it ends with 0 when the daemon is gone', async () => {
  const daemon = new MemoryDaemon(hello);
  await daemon.start();
  const gone = once(daemon, 'exit');
  daemon.pipe?.destroy();
  assert.deepEqual(await gone, [0]);
});

for (const [why, data] of /** @type {[string, object][]} */ ([
  ['another protocol', { ...hello, protocol: 99 }],
  ['a server that is not this machine', { ...hello, serverUrl: 'wss://evil.example' }],
])) {
  test(`it ends with 4 for ${why}`, async () => {
    const daemon = new MemoryDaemon(data);
    const gone = once(daemon, 'exit');
    await assert.rejects(daemon.start());
    assert.deepEqual(await gone, [4]);
  });
}

test('it ends with 4 when the daemon talks nonsense', async () => {
  const daemon = new MemoryDaemon(hello);
  await daemon.start();
  const gone = once(daemon, 'exit');
  daemon.pipe?.write('nonsense\n');
  assert.deepEqual(await gone, [4]);
});

test('a server that is down is tried again and again, and says so', async () => {
  const daemon = new MemoryDaemon({ ...hello, timing: { backoffMs: 20 } });
  await daemon.start();
  const lost = daemon.next('session.update', ({ reason }) => reason === 'connection_lost');
  await daemon.request('session.start', { session: 's1' });
  const update = await lost;
  assert.equal(update.state, 'STARTING');
  await daemon.next('session.update', ({ reason }) => reason === 'connection_lost');
  await assert.rejects(daemon.request('send', { session: 's1', messageId: 'A' }), {
    code: 'bad_request',
  });
  const out = { session: 's1', messageId: '3EB0AAAAAAAAAAAAAAAAAA', to: '1@lid', kind: 'text' };
  await assert.rejects(daemon.request('send', { ...out, text: 'x' }), { code: 'not_connected' });
  await daemon.stop();
});

test('more sessions than allowed are refused', async () => {
  const daemon = new MemoryDaemon({ ...hello, limits: { sessions: 1 } });
  await daemon.start();
  await daemon.request('session.start', { session: 's1' });
  await assert.rejects(daemon.request('session.start', { session: 's2' }), {
    code: 'too_many_sessions',
  });
  await daemon.request('session.stop', { session: 's1' });
  await daemon.request('session.start', { session: 's2' });
  await daemon.stop();
});
