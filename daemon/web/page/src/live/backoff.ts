/** How long to wait before the next attempt to connect. */

const FIRST_MS = 500;
const LAST_MS = 15_000;

/** Doubling waits with jitter, so that many pages do not return in step after a restart. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LAST_MS, FIRST_MS * 2 ** attempt);
  return ceiling / 2 + (ceiling / 2) * random();
}
