/** Months as the API writes them: `2026-03`. */
import { isoDay } from "../../period";

/** The month that lies `back` months before this one. */
export function monthBack(back: number, today = new Date()): string {
  return isoDay(new Date(today.getFullYear(), today.getMonth() - back, 1)).slice(0, 7);
}

/** The last months, the latest first; `from` 1 begins with the one that is over. */
export const lastMonths = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => monthBack(index + from));

/** Basis points as a share of one; null stays null. */
export const share = (bps: number | null | undefined): number | null =>
  bps === null || bps === undefined ? null : bps / 10_000;
