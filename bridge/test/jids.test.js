import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, kindOfChat, spellings } from '../src/jids.js';

test('a Brazilian mobile is looked up with and without its ninth digit', () => {
  assert.deepEqual(spellings('+55 (11) 98765-4321'), ['5511987654321', '551187654321']);
  assert.deepEqual(spellings('551187654321'), ['551187654321', '5511987654321']);
});

test('a Brazilian land line has one form', () => {
  assert.deepEqual(spellings('551133334444'), ['551133334444']);
});

test('numbers of other countries are taken as they are', () => {
  assert.deepEqual(spellings('+1 555 000 1111'), ['15550001111']);
});

test('an address knows which of its two names is which', () => {
  assert.deepEqual(address('900:3@lid', '1555@s.whatsapp.net'), {
    jid: '900@lid',
    lid: '900@lid',
    pn: '1555@s.whatsapp.net',
  });
  assert.equal(address('1555@s.whatsapp.net', undefined).lid, null);
});

test('chats are told apart by their server', () => {
  const kinds = [
    '1@lid',
    '1@s.whatsapp.net',
    '1@g.us',
    'status@broadcast',
    '1@newsletter',
    '1@bot',
  ];
  assert.deepEqual(kinds.map(kindOfChat), [
    'person',
    'person',
    'group',
    'status',
    'newsletter',
    'other',
  ]);
});
