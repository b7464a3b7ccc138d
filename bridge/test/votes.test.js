import assert from 'node:assert/strict';
import { createCipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { proto } from 'baileys';
import { contentOfVote, sealedVote } from '../src/votes.js';

const POLL = '3EB0AAAAAAAAAAAAAAAAAA';
const ME = { id: '5511900000001:12@s.whatsapp.net', lid: '200:12@lid' };
const secret = randomBytes(32);
const poll = {
  name: 'Qual horário?',
  options: ['Manhã', 'Tarde', 'Noite'],
  secret: secret.toString('base64'),
};
const chat = { jid: '100@lid', lid: '100@lid', pn: '5511987654321@s.whatsapp.net' };
const envelope = /** @type {any} */ ({ chat, participant: null, fromMe: false });

/**
 * A vote as a phone makes it: HKDF over the poll's secret, bound to both names, then AES-256-GCM.
 * @param {string[]} labels
 * @param {string} creator
 * @param {string} voter
 * @param {Buffer} [key]
 */
function cast(labels, creator, voter, key = secret) {
  const context = Buffer.concat(
    [POLL, creator, voter, 'Poll Vote'].map((part) => Buffer.from(part)),
  );
  const sealing = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(32), context, 32));
  const selectedOptions = labels.map((label) => createHash('sha256').update(label).digest());
  const encIv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', sealing, encIv).setAAD(
    Buffer.from(`${POLL}\0${voter}`),
  );
  const plain = proto.Message.PollVoteMessage.encode({ selectedOptions }).finish();
  const encPayload = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  const vote = { encPayload, encIv };
  const pollUpdateMessage = {
    pollCreationMessageKey: { id: POLL, remoteJid: '200@lid' },
    vote,
    senderTimestampMs: 1_700_000_000_000,
  };
  const wire = proto.Message.encode({ pollUpdateMessage }).finish();
  return /** @type {any} */ (sealedVote(proto.Message.decode(wire)));
}

for (const creator of ['200@lid', '5511900000001@s.whatsapp.net']) {
  for (const voter of [chat.lid, chat.pn]) {
    test(`a vote is read whichever names it was sealed with: ${creator} ${voter}`, () => {
      const content = contentOfVote(cast(['Tarde'], creator, voter), poll, envelope, ME);
      assert.deepEqual(content, {
        kind: 'vote',
        text: 'Tarde',
        vote: { target: POLL, options: ['Tarde'], at: 1_700_000_000_000 },
        quoted: { id: POLL, participant: null, text: 'Qual horário?' },
      });
    });
  }
}

test('several choices come one a line in the order of the poll, none when it was taken back', () => {
  const several = cast(['Noite', 'Manhã'], '200@lid', chat.lid);
  assert.equal(contentOfVote(several, poll, envelope, ME).text, 'Manhã\nNoite');
  const none = contentOfVote(cast([], '200@lid', chat.lid), poll, envelope, ME);
  assert.deepEqual([none.text, none.vote?.options], [null, []]);
});

test('in a group the voter is who wrote, on our own phone it is ourselves', () => {
  const participant = { jid: '300@lid', lid: '300@lid', pn: null };
  const grouped = { ...envelope, participant };
  assert.equal(
    contentOfVote(cast(['Tarde'], '200@lid', '300@lid'), poll, grouped, ME).text,
    'Tarde',
  );
  const own = { ...envelope, fromMe: true };
  assert.equal(contentOfVote(cast(['Tarde'], '200@lid', '200@lid'), poll, own, ME).text, 'Tarde');
});

test('a vote that does not open is shown to a person instead of being lost', () => {
  const foreign = cast(['Tarde'], '200@lid', chat.lid, randomBytes(32));
  assert.equal(contentOfVote(foreign, poll, envelope, ME).kind, 'unsupported');
});

test('what is no vote is none', () => {
  assert.equal(sealedVote({ conversation: 'oi' }), null);
  assert.equal(sealedVote({ pollUpdateMessage: { pollCreationMessageKey: { id: 'A' } } }), null);
});
