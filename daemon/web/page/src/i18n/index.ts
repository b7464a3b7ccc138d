/** The page's two languages: Portuguese of Brazil first, English second. */
import { signal } from "@preact/signals";
import { load, save } from "../storage";
import { en } from "./en";
import { pt } from "./pt";

export type Language = "pt" | "en";
export type Key = keyof typeof pt;
type Stem<K extends string> = K extends `${infer S}.other` ? S : never;
type Facts = Record<string, string | number>;

const LOCALES: Record<Language, string> = { pt: "pt-BR", en: "en" };

export const language = signal<Language>(load("language") === "en" ? "en" : "pt");

export function setLanguage(next: Language): void {
  language.value = next;
  save("language", next);
}

interface Words<K extends string> {
  /** The text of a key in the language of the page, with `{name}` filled from the facts. */
  t: (key: K, facts?: Facts) => string;
  /** `t` for a number of things: picks `stem.one` or `stem.other`; `{n}` is the number. */
  count: (stem: Stem<K>, n: number) => string;
  /** Whether a key made at run time (`session.WORKING`) is in the dictionary. */
  has: (key: string) => key is K;
}

/** The words of an area of the page, beside the common ones; they are fetched with its screens. */
export function words<P extends Record<string, string>>(
  own: P,
  second: Record<keyof P, string>,
): Words<(keyof P & string) | Key> {
  const all: Record<Language, Record<string, string>> = {
    pt: { ...pt, ...own },
    en: { ...en, ...second },
  };
  const text = (key: string, facts: Facts = {}) =>
    (all[language.value][key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) =>
      name in facts ? String(facts[name]) : whole,
    );
  return {
    t: text,
    // Not Intl.PluralRules: for it zero is singular in Portuguese, and nobody here says "0 tarefa".
    count: (stem, n) => text(`${stem}.${n === 1 ? "one" : "other"}`, { n: number(n) }),
    has: (key): key is (keyof P & string) | Key => key in all.pt,
  };
}

export const { t, count, has } = words({}, {});

export function number(value: number, digits = 0): string {
  return value.toLocaleString(LOCALES[language.value], { maximumFractionDigits: digits });
}

/** Whole centavos as people write money; arithmetic is never done on what this returns. */
export function money(centavos: number, currency = "BRL"): string {
  const options = { style: "currency", currency } as const;
  return (centavos / 100).toLocaleString(LOCALES[language.value], options);
}

/** Money for an axis: `R$ 12 mil`. */
export function shortMoney(centavos: number, currency = "BRL"): string {
  const options = { style: "currency", currency, notation: "compact" } as const;
  return (centavos / 100).toLocaleString(LOCALES[language.value], options);
}

export function shortNumber(value: number): string {
  return value.toLocaleString(LOCALES[language.value], { notation: "compact" });
}

/** A share of one as a percentage; a dash where there is none. */
export function percent(share: number | null | undefined, digits = 0): string {
  if (share === null || share === undefined) return "–";
  const options = { style: "percent", maximumFractionDigits: digits } as const;
  return share.toLocaleString(LOCALES[language.value], options);
}

/** A day without its time. A bare date (`2026-01-31`) is that day everywhere. */
export function date(iso: string): string {
  return format(iso.length === 10 ? `${iso}T12:00:00` : iso, { dateStyle: "short" });
}

/** `2026-01` as `jan. de 2026`, and short as `jan. 26`. */
export function month(period: string, short = false): string {
  const year = short ? "2-digit" : "numeric";
  return format(`${period.slice(0, 7)}-15T12:00:00`, { month: "short", year }).replace(
    short ? " de " : "",
    short ? " " : "",
  );
}

/** Seconds as a person says them: `42 s`, `3 min`, `1 h 20 min`. */
export function seconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (value < 60) return `${number(value, value < 10 ? 1 : 0)} s`;
  const minutes = Math.round(value / 60);
  if (minutes < 60) return `${number(minutes)} min`;
  const rest = minutes % 60;
  return `${number(Math.floor(minutes / 60))} h${rest ? ` ${rest} min` : ""}`;
}

/** The name of a weekday, as ISO counts them: Monday is 1. */
export function weekday(iso: number, style: "short" | "long" = "short"): string {
  // The first of January 2024 was a Monday.
  return format(`2024-01-0${iso}T12:00:00`, { weekday: style });
}

/** What a point of a series is called: an hour, a day, the first day of a week, a month. */
export function pointName(start: string, by: "hour" | "day" | "week" | "month"): string {
  if (by === "month") return format(start, { month: "short", year: "2-digit" });
  const day = { day: "2-digit", month: "2-digit" } as const;
  return format(start, by === "hour" ? { ...day, hour: "2-digit" } : day);
}

export function dateTime(iso: string): string {
  return format(iso, { dateStyle: "short", timeStyle: "short" });
}

/** Today a time of day, before that a date: what fits beside a chat. */
export function shortTime(iso: string): string {
  const today = new Date().toDateString() === new Date(iso).toDateString();
  return format(iso, today ? { timeStyle: "short" } : { day: "2-digit", month: "2-digit" });
}

export function timeOfDay(iso: string): string {
  return format(iso, { timeStyle: "short" });
}

export function day(iso: string): string {
  return format(iso, { weekday: "long", day: "numeric", month: "long" });
}

function format(iso: string, options: Intl.DateTimeFormatOptions): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  return new Intl.DateTimeFormat(LOCALES[language.value], options).format(at);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** "há 5 minutos". */
export function ago(iso: string, now = Date.now()): string {
  const seconds = (now - new Date(iso).getTime()) / 1000;
  if (Number.isNaN(seconds)) return "";
  const words = new Intl.RelativeTimeFormat(LOCALES[language.value], { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (seconds >= size) return words.format(-Math.floor(seconds / size), unit);
  }
  return t("time.now");
}

export function bytes(size: number): string {
  if (size < 1024) return `${number(size)} B`;
  if (size < 1024 ** 2) return `${number(size / 1024)} kB`;
  return size < 1024 ** 3
    ? `${number(size / 1024 ** 2, 1)} MB`
    : `${number(size / 1024 ** 3, 1)} GB`;
}

export function duration(ms: number): string {
  return ms < 1000 ? `${number(ms, ms < 10 ? 1 : 0)} ms` : `${number(ms / 1000, 1)} s`;
}
