/** Spans of days that people ask about, as the API takes them: whole days, both included. */

export type Preset = "7" | "30" | "90" | "365" | "month" | "last" | "custom";
export type Granularity = "hour" | "day" | "week" | "month";

export interface Period {
  preset: Preset;
  /** `2026-01-31` */
  start: string;
  end: string;
}

/** A day of the calendar that the person at the page lives by. */
export function isoDay(day: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

export function periodOf(preset: Exclude<Preset, "custom">, today = new Date()): Period {
  const [year, month] = [today.getFullYear(), today.getMonth()];
  const span = (start: Date, end: Date) => ({ preset, start: isoDay(start), end: isoDay(end) });
  if (preset === "month") return span(new Date(year, month, 1), today);
  if (preset === "last") return span(new Date(year, month - 1, 1), new Date(year, month, 0));
  if (preset === "365") return span(new Date(year, month - 11, 1), today);
  return span(new Date(year, month, today.getDate() - Number(preset) + 1), today);
}

export function daysOf({ start, end }: Period): number {
  return Math.round((Date.parse(end) - Date.parse(start)) / 86_400_000) + 1;
}

/** The granularities that make a chart of this period: neither one point nor a thousand. */
export function granularities(period: Period): Granularity[] {
  const days = daysOf(period);
  const fits: Granularity[] = [];
  if (days <= 7) fits.push("hour");
  if (days <= 366) fits.push("day");
  if (days > 14) fits.push("week");
  if (days > 45) fits.push("month");
  return fits.length > 0 ? fits : ["day"];
}

/** The one to begin with. */
export function usualGranularity(period: Period): Granularity {
  const days = daysOf(period);
  if (days <= 2) return "hour";
  if (days <= 92) return "day";
  return days <= 200 ? "week" : "month";
}
