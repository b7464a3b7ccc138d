/** A quick, honest guess at how a password would stand up. Length counts most. */

export type Strength = 0 | 1 | 2 | 3;

const COMMON = ["senha", "password", "123456", "qwerty", "admin", "mudar", "abc123", "111111"];

/** 0 too weak, 1 fair, 2 good, 3 strong. */
export function strength(password: string): Strength {
  const lower = password.toLowerCase();
  if (password.length < 8 || new Set(lower).size < 5) return 0;
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((kind) => kind.test(password));
  const bits = password.length * (1 + kinds.length / 2);
  const guessed = COMMON.some((word) => lower.includes(word));
  if (guessed) return password.length >= 16 ? 1 : 0;
  if (bits >= 40) return 3;
  return bits >= 28 ? 2 : 1;
}
