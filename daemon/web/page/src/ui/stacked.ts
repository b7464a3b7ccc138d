/** What a chart shows, and how bars stand on one another. */

/** A token of styles/tokens.css. */
export type ChartTone = "accent" | "c0" | "c1" | "c2" | "c3" | "c4" | "c5" | "bad" | "edge";

export interface Series {
  label: string;
  values: (number | null)[];
  tone: ChartTone;
}

/** What stands above zero is stacked upwards, what is below it downwards. */
export function stacked(series: Series[]): (number | null)[][] {
  const up: number[] = [];
  const down: number[] = [];
  return series.map(({ values }) =>
    values.map((value, index) => {
      const side = (value ?? 0) < 0 ? down : up;
      return (side[index] = (side[index] ?? 0) + (value ?? 0));
    }),
  );
}
