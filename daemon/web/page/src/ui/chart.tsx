/** A chart of the page: uPlot in the colours of the theme, with its numbers as a table. */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/charts";
import { theme } from "../theme";
import { Button, Empty } from "./basics";
import { draw, type Kind, type Series } from "./plot";
import { DataTable } from "./table";

export type { Series } from "./plot";

interface Props {
  title: string;
  /** What each point is called, on the axis and in the table. */
  labels: string[];
  series: Series[];
  kind?: Kind;
  format: (value: number) => string;
  /** How the axis writes a value; `format`, where that is short. */
  axis?: (value: number) => string;
  height?: number;
  /** Called with the point that was pressed. */
  onPick?: (index: number) => void;
}

function Legend({ series, format, at }: Pick<Props, "series" | "format"> & { at: number | null }) {
  return (
    <ul class="legend" aria-hidden="true">
      {series.map(({ label, values, tone }) => {
        const value = at === null ? null : values[at];
        return (
          <li key={label}>
            <i class={tone} />
            {label}
            {value !== null && value !== undefined && <b>{format(value)}</b>}
          </li>
        );
      })}
    </ul>
  );
}

function Canvas(props: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const pick = useRef(props.onPick);
  pick.current = props.onPick;
  const { labels, series, kind = "line", format, axis = format, height = 240, title } = props;
  const look = theme.value;
  // Drawn again when what it shows has changed, not whenever somebody made equal arrays anew.
  const shown = JSON.stringify([labels, series]);
  const latest = useRef({ labels, series, axis });
  latest.current = { labels, series, axis };
  useEffect(() => {
    if (!place.current) return undefined;
    const plot = draw(place.current, {
      ...latest.current,
      kind,
      height,
      onPoint: setAt,
      onPick: (index) => pick.current?.(index),
    });
    return () => plot.destroy();
  }, [shown, kind, height, look]);
  const from = labels[0] ?? "";
  const until = labels.at(-1) ?? "";
  return (
    <>
      <div class="legend-line">
        <Legend series={series} format={format} at={at} />
        <span class="legend-at">{at === null ? "" : labels[at]}</span>
      </div>
      <div
        ref={place}
        class={props.onPick ? "chart pickable" : "chart"}
        role="img"
        aria-label={t("chart.label", { title, from, until })}
      />
    </>
  );
}

/** Everything about `props.series`: the chart, or the same as a table. */
export function Chart(props: Props) {
  const [table, setTable] = useState(false);
  const { title, labels, series, format } = props;
  const empty = series.every(({ values }) => values.every((value) => !value));
  if (empty) return <Empty icon="chart" title={t("chart.none")} text={t("chart.noneText")} />;
  return (
    <div class="chart-frame">
      {table ? (
        <DataTable
          title={title}
          head={[t("chart.when"), ...series.map(({ label }) => label)]}
          rows={labels.map((label, index) => [
            label,
            ...series.map(({ values }) => format(values[index] ?? 0)),
          ])}
        />
      ) : (
        <Canvas {...props} />
      )}
      <Button
        kind="quiet"
        small
        icon={table ? "chart" : "table"}
        label={`${t(table ? "chart.asChart" : "chart.asTable")}: ${title}`}
        onClick={() => setTable(!table)}
      >
        {t(table ? "chart.asChart" : "chart.asTable")}
      </Button>
    </div>
  );
}
