import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asksForPasskey, codeWasTyped } from '../src/passkey.js';

/** @param {string} tag @param {Record<string, string>} attrs @param {any} [content] */
const node = (tag, attrs, content) => ({ tag, attrs, content });

test('the passkey step of linking is recognised by its notification', () => {
  assert.ok(asksForPasskey(node('notification', { type: 'passkey_prologue_request' })));
  assert.ok(asksForPasskey(node('notification', { type: 'crsc_continuation' })));
  const inside = [node('passkey_prologue', {})];
  assert.ok(asksForPasskey(node('notification', { type: 'md' }, inside)));
});

test('ordinary linking is not taken for it', () => {
  const device = [node('pair-device', {}, [])];
  assert.equal(asksForPasskey(node('iq', { type: 'set', xmlns: 'md' }, device)), false);
  const hello = [node('link_code_companion_reg', { stage: 'primary_hello' })];
  const notification = node('notification', { type: 'link_code_companion_reg' }, hello);
  assert.equal(asksForPasskey(notification), false);
  assert.ok(codeWasTyped(notification));
});

test('a customer who writes about passkeys does not stop the session', () => {
  assert.equal(asksForPasskey(node('message', { type: 'text', notify: 'passkey' })), false);
});
