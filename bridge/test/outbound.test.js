import assert from 'node:assert/strict';
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfig } from '../src/config.js';
import { checked, contentToSend } from '../src/outbound.js';
import { Acks } from '../src/receipts.js';

const base = { messageId: '3EB0AAAAAAAAAAAAAAAAAA', to: '1@lid' };

async function folder() {
  const mediaDir = join(await mkdtemp(join(tmpdir(), 'media-')), 'media');
  await mkdir(mediaDir);
  return { mediaDir, config: readConfig({ protocol: 1, mediaDir }) };
}

test('a text is sent without fetching what it links to', async () => {
  const { config } = await folder();
  const out = checked({ ...base, kind: 'text', text: 'see https://example.com' });
  const content = /** @type {any} */ (await contentToSend(out, config));
  assert.equal(content.linkPreview, null);
});

test('only files of the media folder are sent, links out of it included', async () => {
  const { mediaDir, config } = await folder();
  const send = (/** @type {string} */ path) =>
    contentToSend({ ...base, kind: 'document', media: { path } }, config);
  await writeFile(join(mediaDir, 'a.pdf'), 'x');
  await symlink('/etc/passwd', join(mediaDir, 'link.pdf'));
  assert.ok(await send(join(mediaDir, 'a.pdf')));
  await assert.rejects(send('/etc/passwd'), { code: 'media_outside' });
  await assert.rejects(send(join(mediaDir, 'link.pdf')), { code: 'media_outside' });
  await assert.rejects(send(join(mediaDir, '..', 'x')), { code: 'media_missing' });
});

test('a request without its parts is refused by field', () => {
  assert.throws(() => checked({ ...base, kind: undefined }), { data: { field: 'kind' } });
  assert.throws(() => checked({ ...base, messageId: 'x', kind: 'text' }), {
    data: { field: 'messageId' },
  });
});

test('a poll carries the secret that it was given, so that a retry is the same poll', async () => {
  const { config } = await folder();
  const secret = Buffer.alloc(32, 7).toString('base64');
  const poll = { name: 'Qual?', options: ['Sim', 'Não'], selectable: 1, secret };
  const content = /** @type {any} */ (await contentToSend({ ...base, kind: 'poll', poll }, config));
  assert.deepEqual(content.poll.values, ['Sim', 'Não']);
  assert.deepEqual(content.poll.messageSecret, Buffer.alloc(32, 7));
  const bare = { ...poll, secret: '' };
  await assert.rejects(contentToSend({ ...base, kind: 'poll', poll: bare }, config), {
    data: { field: 'poll.secret' },
  });
});

test('places, cards and reactions are sent, and refused by field without their parts', async () => {
  const { config } = await folder();
  const send = (/** @type {any} */ out) => contentToSend({ ...base, ...out }, config);
  const location = { latitude: -23.5, longitude: -46.6, name: 'Loja' };
  const place = /** @type {any} */ (await send({ kind: 'location', location }));
  assert.deepEqual([place.location.degreesLatitude, place.location.name], [-23.5, 'Loja']);
  const contacts = [{ name: 'Bia', vcard: 'BEGIN:VCARD\nEND:VCARD' }];
  const card = /** @type {any} */ (await send({ kind: 'contact', contacts }));
  assert.equal(card.contacts.contacts[0].displayName, 'Bia');
  const reaction = { target: 'ABC', fromMe: false, emoji: '👍' };
  const react = /** @type {any} */ (await send({ kind: 'reaction', reaction }));
  assert.deepEqual(react.react, {
    text: '👍',
    key: { remoteJid: '1@lid', id: 'ABC', fromMe: false, participant: undefined },
  });
  for (const kind of ['poll', 'location', 'contact', 'reaction']) {
    await assert.rejects(send({ kind }), { code: 'bad_request' });
  }
});

test('a message is sent when WhatsApp says so, and refused when it says that', async () => {
  const acks = new Acks();
  const sent = acks.expect('A').within(1_000);
  const refused = acks.expect('B').within(1_000);
  assert.equal(acks.settle({ tag: 'ack', attrs: { id: 'A', t: '7' } }), true);
  acks.settle({ tag: 'ack', attrs: { id: 'B', error: '463' } });
  assert.equal(await sent, 7);
  await assert.rejects(refused, { code: 'account_restricted', data: { status: 463 } });
  assert.equal(acks.settle({ tag: 'ack', attrs: { id: 'A' } }), false);
});

test('no word from WhatsApp is a time-out, and the same message may be tried again', async () => {
  const acks = new Acks();
  await assert.rejects(acks.expect('A').within(5), { code: 'ack_timeout' });
  const again = acks.expect('A');
  assert.throws(() => acks.expect('A'), { code: 'already_sending' });
  acks.failAll(new Error('closed'));
  await assert.rejects(again.within(1_000), /closed/);
});
