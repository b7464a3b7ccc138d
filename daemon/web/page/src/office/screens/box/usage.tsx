import { useState } from "preact/hooks";
import { get, query } from "../../../api/http";
import { number, pointName, shortNumber } from "../../../i18n";
import { Empty, Loading, Panel } from "../../../ui/basics";
import { Chart } from "../../../ui/chart";
import { ProblemNote } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import type { UsageSeries } from "../../api/types";
import { t } from "../../i18n/box";
import { meterName, METERS } from "../../parts/meters";
import { Pick } from "../../parts/pick";

const SPANS = ["2", "7", "30", "90", "365"] as const;
const HOURLY_DAYS = 7;
const DAY_MS = 86_400_000;

const place = (meter: string) => METERS.findIndex((one) => one === meter);

const inOrder = (meters: UsageSeries["meters"]) =>
  [...meters].sort((one, other) => place(one.meter) - place(other.meter));

/** What a box used, a chart a meter. */
export function Usage({ id }: { id: string }) {
  const [span, setSpan] = useState("30");
  const [wanted, setWanted] = useState("day");
  const by = Number(span) <= HOURLY_DAYS ? wanted : "day";
  const key = `${id} ${span} ${by}`;
  const found = useResource(key, () => {
    const end = new Date();
    end.setMinutes(60, 0, 0);
    const start = new Date(end.getTime() - Number(span) * DAY_MS);
    const asked = { start: start.toISOString(), end: end.toISOString(), by };
    return get<UsageSeries>(`/api/devices/${id}/series${query(asked)}`);
  });
  const series = found.data;
  return (
    <>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Pick
          label={t("usage.span")}
          value={span}
          onChange={setSpan}
          options={SPANS.map((one): [string, string] => [one, t(`usage.span.${one}`)])}
        />
        {Number(span) <= HOURLY_DAYS && (
          <Pick
            label={t("usage.by")}
            value={wanted}
            onChange={setWanted}
            options={[
              ["day", t("usage.day")],
              ["hour", t("usage.hour")],
            ]}
          />
        )}
      </form>
      <ProblemNote problem={found.problem} />
      {!series && !found.problem && <Loading />}
      {series?.meters.length === 0 && (
        <Panel>
          <Empty icon="chart" title={t("usage.none")} text={t("usage.noneText")} />
        </Panel>
      )}
      <div class="halves">
        {series &&
          inOrder(series.meters).map(({ meter, total, values }) => (
            <Panel key={meter} title={meterName(meter)}>
              <p class="lead">{t("usage.total", { n: number(total) })}</p>
              <Chart
                title={meterName(meter)}
                kind="bars"
                height={180}
                labels={series.buckets.map((at) =>
                  pointName(at.length === 10 ? `${at}T12:00:00` : at, series.by),
                )}
                series={[{ label: meterName(meter), tone: "accent", values }]}
                format={number}
                axis={shortNumber}
              />
            </Panel>
          ))}
      </div>
    </>
  );
}
