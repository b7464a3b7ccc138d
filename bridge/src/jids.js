import {
  isJidGroup,
  isJidNewsletter,
  isLidUser,
  isPnUser,
  jidDecode,
  jidNormalizedUser,
} from 'baileys';

/** @typedef {{jid: string, lid: string | null, pn: string | null}} Address the two names of one person, and the one that was used */

/** @param {string | null | undefined} jid */
const user = (jid) => (jid ? jidNormalizedUser(jid) : null);

/**
 * @param {string} jid
 * @param {string | null | undefined} other the same person's other name, where it is known
 * @returns {Address}
 */
export function address(jid, other) {
  const names = [user(jid), user(other)];
  return {
    jid: /** @type {string} */ (names[0]),
    lid: names.find((name) => name && isLidUser(name)) ?? null,
    pn: names.find((name) => name && isPnUser(name)) ?? null,
  };
}

/**
 * @param {string} jid
 * @returns {'person' | 'group' | 'status' | 'newsletter' | 'other'}
 */
export function kindOfChat(jid) {
  if (isJidGroup(jid)) return 'group';
  if (isJidNewsletter(jid)) return 'newsletter';
  if (jid.endsWith('@broadcast')) return 'status';
  if (isLidUser(jid) || isPnUser(jid)) return 'person';
  return 'other';
}

/**
 * The number as WhatsApp may know it. Brazilian mobile numbers got a ninth digit, but accounts made
 * before keep eight, so both forms are asked for; the one that exists is the contact.
 * @param {string} phone
 * @returns {string[]} digits only, the form that was given first
 */
export function spellings(phone) {
  const digits = phone.replace(/\D/g, '');
  const brazil = /^55([1-9]\d)(9?)(\d{8})$/.exec(digits);
  if (!brazil) return [digits];
  const [, area, nine, rest] = brazil;
  if (nine) return [digits, `55${area}${rest}`];
  // Land lines start with 2 to 5 and never have the ninth digit.
  return /^[6-9]/.test(rest) ? [digits, `55${area}9${rest}`] : [digits];
}

/** @param {string} jid */
export const phoneOf = (jid) => (isPnUser(jid) ? (jidDecode(jid)?.user ?? null) : null);
