import type { pt } from "./office.pt";

/** A text of the office itself. */
export type OfficeKeyOf = keyof typeof pt;
