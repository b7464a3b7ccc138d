/** The page's two languages: Portuguese of Brazil first, English second. */
import { signal } from "@preact/signals";
import { load, save } from "../storage";
import { en } from "./en";
import { pt } from "./pt";

export type Language = "pt" | "en";
export type Key = keyof typeof pt;
type Counted = { [K in Key]: K extends `${infer Stem}.other` ? Stem : never }[Key];
type Facts = Record<string, string | number>;

const DICTIONARIES: Record<Language, Record<Key, string>> = { pt, en };
const LOCALES: Record<Language, string> = { pt: "pt-BR", en: "en" };

export const language = signal<Language>(load("language") === "en" ? "en" : "pt");

export function setLanguage(next: Language): void {
  language.value = next;
  save("language", next);
}

/** The text of `key` in the language of the page, with `{name}` filled from `facts`. */
export function t(key: Key, facts: Facts = {}): string {
  return DICTIONARIES[language.value][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in facts ? String(facts[name]) : whole,
  );
}

/** `t` for a number of things: picks `stem.one` or `stem.other`; `{n}` is the number. */
export function count(stem: Counted, n: number): string {
  // Not Intl.PluralRules: for it zero is singular in Portuguese, and nobody here says "0 tarefa".
  return t(`${stem}.${n === 1 ? "one" : "other"}` as Key, { n: number(n) });
}

/** Whether a key made at run time (`session.WORKING`) is in the dictionary. */
export function has(key: string): key is Key {
  return key in pt;
}

export function number(value: number, digits = 0): string {
  return value.toLocaleString(LOCALES[language.value], { maximumFractionDigits: digits });
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
