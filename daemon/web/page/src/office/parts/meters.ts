import { has, t } from "../i18n";

/** The meters in the order that people think of them. */
export const METERS = [
  "messages_in",
  "messages_out",
  "answers",
  "tokens_in",
  "tokens_out",
  "voice_seconds_in",
  "voice_seconds_out",
  "sessions",
  "documents",
  "documents_pages",
  "charges",
] as const;

/** A meter's name; one that this page does not know yet shows its own. */
export function meterName(meter: string): string {
  const key = `meter.${meter}`;
  return has(key) ? t(key) : meter;
}
