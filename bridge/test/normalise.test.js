import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proto } from 'baileys';
import { contentOf } from '../src/normalise.js';

/** Through the wire format, as messages come. @param {proto.IMessage} message */
const read = (message, limit = 1000) =>
  contentOf(proto.Message.decode(proto.Message.encode(message).finish()), limit);

test('text comes out of either form, and of buttons', () => {
  assert.equal(read({ conversation: 'oi' })?.text, 'oi');
  assert.equal(read({ extendedTextMessage: { text: 'olá' } })?.text, 'olá');
  const button = { buttonsResponseMessage: { selectedDisplayText: 'Sim' } };
  assert.deepEqual(read(button), { kind: 'text', text: 'Sim' });
});

test('a tap on a row or a button is its text, and says which it was', () => {
  const singleSelectReply = { selectedRowId: 'r2' };
  const contextInfo = { stanzaId: 'L1', quotedMessage: { listMessage: { title: 'Planos' } } };
  const row = { listResponseMessage: { title: 'Plano Pro', singleSelectReply, contextInfo } };
  assert.deepEqual(read(row), {
    kind: 'text',
    text: 'Plano Pro',
    selected: { id: 'r2' },
    quoted: { id: 'L1', participant: null, text: null },
  });
  const template = { templateButtonReplyMessage: { selectedId: 'b1', selectedDisplayText: 'Sim' } };
  assert.deepEqual(read(template), { kind: 'text', text: 'Sim', selected: { id: 'b1' } });
  const flow = (/** @type {string} */ paramsJson, /** @type {any} */ body = undefined) =>
    read({ interactiveResponseMessage: { body, nativeFlowResponseMessage: { paramsJson } } });
  assert.deepEqual(flow('{"id":"f9"}', { text: 'Não' }), {
    kind: 'text',
    text: 'Não',
    selected: { id: 'f9' },
  });
  assert.equal(flow('{"id":"f9"}')?.text, 'f9');
  assert.equal(flow('not json')?.kind, 'unsupported');
});

test('a long text is cut and says so', () => {
  assert.deepEqual(read({ conversation: 'abcdef' }, 3), {
    kind: 'text',
    text: 'abc',
    truncated: true,
  });
});

test('media keeps its caption, name and length, also inside wrappers', () => {
  const documentMessage = { mimetype: 'application/pdf', fileName: 'a.pdf', fileLength: 9 };
  const wrapped = { documentWithCaptionMessage: { message: { documentMessage } } };
  const found = read({ ...wrapped });
  assert.equal(found?.kind, 'document');
  assert.equal(found?.media?.name, 'a.pdf');
  assert.equal(found?.media?.bytes, 9);
  const voice = read({ audioMessage: { mimetype: 'audio/ogg', ptt: true, seconds: 4 } });
  assert.deepEqual([voice?.kind, voice?.media?.ptt, voice?.media?.seconds], ['audio', true, 4]);
  const once = { viewOnceMessageV2: { message: { imageMessage: { caption: 'x' } } } };
  assert.deepEqual([read(once)?.kind, read(once)?.text], ['image', 'x']);
});

test('places and cards are read', () => {
  const place = read({ locationMessage: { degreesLatitude: -23.5, degreesLongitude: -46.6 } });
  assert.deepEqual(place?.location, {
    latitude: -23.5,
    longitude: -46.6,
    name: null,
    address: null,
  });
  const vcard = 'BEGIN:VCARD\nFN:Zé\nitem1.TEL;waid=5511:+55 11 9\nEND:VCARD';
  const card = read({ contactMessage: { displayName: 'Zé', vcard } });
  assert.deepEqual(card?.contacts?.[0].phones, ['+55 11 9']);
});

test('a reaction, its removal, an edit and a revoke name their target', () => {
  const key = { id: 'ABC' };
  assert.deepEqual(read({ reactionMessage: { key, text: '👍' } })?.reaction, {
    target: 'ABC',
    emoji: '👍',
  });
  assert.equal(read({ reactionMessage: { key, text: '' } })?.reaction?.emoji, null);
  const edit = { type: 14, key, editedMessage: { conversation: 'novo' } };
  assert.deepEqual(read({ protocolMessage: edit }), {
    kind: 'edit',
    text: 'novo',
    edit: { target: 'ABC' },
  });
  assert.deepEqual(read({ protocolMessage: { type: 0, key } })?.revoke, { target: 'ABC' });
});

test('a quote says which message and what it said', () => {
  const contextInfo = {
    stanzaId: 'Q1',
    participant: '1@lid',
    quotedMessage: { conversation: 'a?' },
  };
  assert.deepEqual(read({ extendedTextMessage: { text: 'b', contextInfo } })?.quoted, {
    id: 'Q1',
    participant: '1@lid',
    text: 'a?',
  });
});

test('key exchange and other protocol noise is not a message', () => {
  const skdm = { senderKeyDistributionMessage: { groupId: 'g' } };
  assert.equal(read(skdm), null);
  assert.equal(read({ protocolMessage: { type: 5 } }), null);
  assert.equal(read({ messageContextInfo: { messageSecret: Buffer.alloc(32) } }), null);
});

test('what is not understood is still a message', () => {
  assert.deepEqual(read({ groupInviteMessage: { groupJid: 'g@g.us' } }), {
    kind: 'unsupported',
    text: null,
  });
});

test('a poll reads as its question and options', () => {
  const options = [{ optionName: 'sim' }, { optionName: 'não' }];
  const poll = { pollCreationMessageV3: { name: 'Vamos?', options } };
  assert.equal(read(poll)?.text, 'Vamos?\n- sim\n- não');
});
