import { Curve, WA_CERT_DETAILS, generateSignalPubKey } from 'baileys';
import * as libsignalModule from 'libsignal';

/** @typedef {import('./config.js').Config} Config */

/** libsignal's own types leave its curve out. */
const { curve } = /** @type {any} */ (libsignalModule).default ?? libsignalModule;

/**
 * Baileys ignores what libsignal's check returns, so that any 64 bytes pass for a signature: neither
 * WhatsApp's certificate nor the phone's account signature would mean anything. Its modules call
 * through the exported `Curve` object; replacing the method makes the check real everywhere.
 *
 * A test server on loopback brings its own certificate root. Without one named, its root is taken
 * as it comes, which only ever happens on loopback (config.js refuses every other host).
 * @param {Pick<Config, 'testServer' | 'serverRoot'>} config
 */
export function harden({ testServer, serverRoot }) {
  if (testServer && serverRoot) WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(serverRoot, 'hex');
  const anyRoot = testServer && !serverRoot;
  Curve.verify = (publicKey, message, signature) => {
    const key = Buffer.from(publicKey);
    if (anyRoot && key.equals(WA_CERT_DETAILS.PUBLIC_KEY)) return true;
    return verified(key, message, signature);
  };
}

/**
 * @param {Buffer} publicKey
 * @param {Uint8Array} message
 * @param {Uint8Array} signature
 */
function verified(publicKey, message, signature) {
  try {
    const key = Buffer.from(generateSignalPubKey(publicKey));
    return curve.verifySignature(key, message, signature) === true;
  } catch {
    return false;
  }
}
