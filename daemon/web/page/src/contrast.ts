/** Colour arithmetic: any accent a brand pack brings must stay readable in both themes. */

export type Rgb = [number, number, number];

/** Read `#rgb` or `#rrggbb`; anything else is null. */
export function parseColour(text: string): Rgb | null {
  const hex = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1];
  if (!hex) return null;
  const full = hex.length === 3 ? hex.replace(/./g, "$&$&") : hex;
  const at = (index: number) => parseInt(full.slice(index, index + 2), 16);
  return [at(0), at(2), at(4)];
}

export function formatColour(rgb: Rgb): string {
  return `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

/** Relative luminance, WCAG 2.2. */
function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio, WCAG 2.2: 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Mix `colour` toward white or black until it reads on `ground` at `ratio`. */
export function readable(colour: Rgb, ground: Rgb, ratio = 4.6): Rgb {
  const pole: Rgb = luminance(ground) < 0.18 ? [255, 255, 255] : [0, 0, 0];
  for (let step = 0; step <= 20; step++) {
    const mixed = colour.map((part, i) => part + ((pole[i] ?? 0) - part) * (step / 20)) as Rgb;
    if (contrast(mixed, ground) >= ratio) return mixed;
  }
  return pole;
}

/** Black or white, whichever reads better on `colour`. */
export function inkOn(colour: Rgb): Rgb {
  const dark: Rgb = [0, 0, 0];
  const light: Rgb = [255, 255, 255];
  return contrast(colour, dark) >= contrast(colour, light) ? dark : light;
}
