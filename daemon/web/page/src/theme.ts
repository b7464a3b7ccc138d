/** Dark or light, and the brand's accent laid over the tokens of styles/tokens.css. */
import { effect, signal } from "@preact/signals";
import type { Rgb } from "./contrast";
import { formatColour, inkOn, parseColour, readable } from "./contrast";
import { load, save } from "./storage";

export type Theme = "dark" | "light";

export const theme = signal<Theme>(load("theme") === "light" ? "light" : "dark");
const accent = signal<Rgb | null>(null);

/** The ground that accent-coloured text must read on: the lowest-contrast surface of each theme. */
export const GROUNDS: Record<Theme, Rgb> = { dark: [23, 36, 48], light: [230, 237, 242] };
const ACCENT_TOKENS = [
  "--accent",
  "--accent-text",
  "--on-accent",
  "--accent-soft",
  "--accent-line",
];

export function toggleTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
}

/** Take the accent of a brand pack; a colour we cannot read leaves our own. */
export function setAccent(colour: string | null | undefined): void {
  accent.value = colour ? parseColour(colour) : null;
}

/** Keep the document in step with the two signals. */
export function applyTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    save("theme", theme.value);
  });
  effect(() => paint(document.documentElement.style, accent.value, theme.value));
}

function paint(style: CSSStyleDeclaration, colour: Rgb | null, current: Theme): void {
  if (!colour) {
    ACCENT_TOKENS.forEach((token) => style.removeProperty(token));
    return;
  }
  for (const [token, value] of Object.entries(accentTokens(colour, current)))
    style.setProperty(token, value);
}

/** What an accent becomes in a theme, so that all that is written in it or on it can be read. */
export function accentTokens(colour: Rgb, current: Theme): Record<string, string> {
  const ground = GROUNDS[current];
  const fill = readable(colour, ground, 3);
  const channels = fill.map(Math.round).join(" ");
  return {
    "--accent": formatColour(fill),
    "--accent-text": formatColour(readable(colour, ground)),
    "--on-accent": formatColour(inkOn(fill)),
    "--accent-soft": `rgb(${channels} / 12%)`,
    "--accent-line": `rgb(${channels} / 38%)`,
  };
}
