import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OFFICIAL_SERVER, readConfig, serverOf } from '../src/config.js';

const hello = { protocol: 1, mediaDir: '/tmp/media' };

test('without a test setting only the official server is talked to', () => {
  assert.deepEqual(serverOf(null), { serverUrl: OFFICIAL_SERVER, testServer: false });
  assert.equal(readConfig(hello).serverUrl, OFFICIAL_SERVER);
});

for (const url of ['ws://127.0.0.1:7443', 'wss://localhost:7443/ws/chat', 'ws://[::1]:1']) {
  test(`${url} may stand in, as it is this machine`, () => {
    assert.equal(serverOf(url).testServer, true);
  });
}

const elsewhere = [
  'wss://evil.example/ws/chat',
  'ws://10.0.0.1/',
  'wss://127.0.0.1.evil.example/',
  'http://127.0.0.1/',
  'ws://localhost.evil.example/',
  'nonsense',
];
for (const url of elsewhere) {
  test(`${url} is refused, naming the field`, () => {
    assert.throws(() => readConfig({ ...hello, serverUrl: url }), {
      code: 'bad_config',
      data: { field: 'serverUrl' },
    });
  });
}

test('a protocol this bridge does not speak is refused', () => {
  assert.throws(() => readConfig({ ...hello, protocol: 2 }), { code: 'protocol_mismatch' });
});

test('a bad limit or version is refused, naming the field', () => {
  const limits = { mediaBytes: -1 };
  assert.throws(() => readConfig({ ...hello, limits }), { data: { field: 'limits.mediaBytes' } });
  assert.throws(() => readConfig({ ...hello, version: '2.x' }), { data: { field: 'version' } });
});

test('the version of WhatsApp Web can be set from outside', () => {
  assert.deepEqual(readConfig({ ...hello, version: '2.3000.99' }).version, [2, 3000, 99]);
});
