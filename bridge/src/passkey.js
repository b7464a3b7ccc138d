import { getBinaryNodeChild } from 'baileys';

/** @typedef {import('baileys').BinaryNode} BinaryNode */

/** Names under which WhatsApp's passkey step of linking was seen in the wild. */
const STEP = /passkey|webauthn|crsc_continuation/i;

/** Seconds that a phone may take from the typed code to the account. */
export const STALL_MS = 45_000;

/**
 * WhatsApp asks some accounts for a passkey (WebAuthn) when a device is linked; the library cannot
 * answer, and QR and code would hang without a word. It is recognised and explained, never answered:
 * a malformed answer can get a number banned.
 * @param {BinaryNode} node any stanza that arrives while a device is being linked
 */
export function asksForPasskey(node) {
  if (node?.tag !== 'notification' && node?.tag !== 'iq') return false;
  if (STEP.test(node.attrs?.type ?? '')) return true;
  const children = Array.isArray(node.content) ? node.content : [];
  return children.some(
    ({ tag, attrs }) =>
      STEP.test(tag) || STEP.test(attrs?.stage ?? '') || STEP.test(attrs?.type ?? ''),
  );
}

/**
 * The phone accepted the typed code; an account should follow at once.
 * @param {BinaryNode} node
 */
export function codeWasTyped(node) {
  const reg = node?.tag === 'notification' && getBinaryNodeChild(node, 'link_code_companion_reg');
  return Boolean(reg && reg.attrs.stage === 'primary_hello');
}
