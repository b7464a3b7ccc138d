/** Draws series with uPlot: lines, bars, or bars that stand on one another. */
import uPlot from "uplot";
import { stacked, type Series } from "./stacked";

export type { Series } from "./stacked";

export type Kind = "line" | "bars" | "stack";
interface Drawing {
  labels: string[];
  series: Series[];
  kind: Kind;
  axis: (value: number) => string;
  height: number;
  onPoint: (index: number | null) => void;
  onPick: (index: number) => void;
}

export interface Plot {
  destroy: () => void;
}

const STEPS = [1, 2, 3, 4, 6, 7, 12, 14, 24, 30, 48, 60, 90, 120, 168, 180, 240, 365, 730];

const token = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function axes({ labels, axis }: Drawing): uPlot.Axis[] {
  const common = {
    stroke: token("ink-3"),
    font: `12px ${token("font")}`,
    ticks: { show: false },
  };
  return [
    {
      ...common,
      grid: { show: false },
      incrs: STEPS,
      space: 64,
      size: 34,
      gap: 10,
      values: (_, splits) => splits.map((index) => labels[index] ?? ""),
    },
    {
      ...common,
      grid: { stroke: token("line"), width: 1 },
      // Before the scale is known there are no values, whatever the types say.
      size: (_, values: string[] | null) =>
        14 + 7 * Math.max(1, ...(values ?? []).map((text) => text.length)),
      values: (_, splits) => splits.map(axis),
      space: 44,
    },
  ];
}

function lineOf({ label, tone }: Series, kind: Kind, points: number): uPlot.Series {
  const colour = token(tone);
  if (kind === "line") {
    const fill = `color-mix(in srgb, ${colour} 10%, transparent)`;
    const canFill = CSS.supports("color", fill);
    return {
      label,
      stroke: colour,
      width: 2,
      points: { show: points < 3, fill: colour },
      ...(canFill ? { fill } : {}),
    };
  }
  const { bars } = uPlot.paths;
  return {
    label,
    stroke: colour,
    fill: colour,
    width: 0,
    points: { show: false },
    ...(bars ? { paths: bars({ size: [0.72, 44] }) } : {}),
  };
}

/** Put a chart into `place`; it follows the width of its place until it is destroyed. */
export function draw(place: HTMLElement, drawing: Drawing): Plot {
  const { labels, kind, height } = drawing;
  const heights = kind === "stack" ? stacked(drawing.series) : drawing.series.map((s) => s.values);
  // The tallest of a stack is drawn first, and what stands below it over it.
  const order = drawing.series.map((_, index) => index);
  if (kind === "stack") order.reverse();
  const margin = kind === "line" ? 0.02 : 0.5;
  const plot = new uPlot(
    {
      width: Math.max(place.clientWidth, 120),
      height,
      padding: [10, kind === "line" ? 22 : 8, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, range: () => [-margin, Math.max(labels.length - 1, 0) + margin] },
        y: {
          range: (_, low, high) => [
            Math.min(0, low) * 1.08,
            high <= 0 && low >= 0 ? 1 : high * 1.08,
          ],
        },
      },
      axes: axes(drawing),
      series: [
        {},
        ...order.flatMap((index) => {
          const one = drawing.series[index];
          return one ? [lineOf(one, kind, labels.length)] : [];
        }),
      ],
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { show: kind === "line", size: 7 },
      },
      hooks: { setCursor: [(self) => drawing.onPoint(self.cursor.idx ?? null)] },
    },
    [labels.map((_, index) => index), ...order.map((index) => heights[index] ?? [])],
    place,
  );
  plot.over.addEventListener("click", () => {
    if (plot.cursor.idx !== null && plot.cursor.idx !== undefined) drawing.onPick(plot.cursor.idx);
  });
  const watch = new ResizeObserver(() =>
    plot.setSize({ width: Math.max(place.clientWidth, 120), height }),
  );
  watch.observe(place);
  return {
    destroy: () => {
      watch.disconnect();
      plot.destroy();
    },
  };
}
