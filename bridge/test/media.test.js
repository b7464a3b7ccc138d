import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mediaHost } from '../src/media.js';

test('media comes from WhatsApp hosts only', () => {
  assert.equal(mediaHost({ url: 'https://mmg.whatsapp.net/a' }, false), 'mmg.whatsapp.net');
  assert.equal(mediaHost({ directPath: '/v/a' }, false), undefined);
});

const refused = [
  'https://evil.example/a',
  'https://mmg.whatsapp.net.evil.example/a',
  'https://evilwhatsapp.net/a',
  'http://mmg.whatsapp.net/a',
  'https://127.0.0.1:9000/a',
  'https://mmg.whatsapp.net@evil.example/a',
];
for (const url of refused) {
  test(`${url} in a message is not asked`, () => {
    assert.throws(() => mediaHost({ url }, false), { code: 'media_host_refused' });
  });
}

test('the test server may serve media from this machine', () => {
  assert.equal(mediaHost({ url: 'https://127.0.0.1:9000/a' }, true), '127.0.0.1:9000');
});
