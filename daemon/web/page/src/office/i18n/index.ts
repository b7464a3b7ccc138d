import { words } from "../../i18n";
import { en } from "./office.en";
import { pt } from "./office.pt";

export const { t, count, has } = words(pt, en);

/** The words of an area of the office, beside those of the office and the common ones. */
export function area<P extends Record<string, string>>(own: P, second: Record<keyof P, string>) {
  return words({ ...pt, ...own }, { ...en, ...second });
}
