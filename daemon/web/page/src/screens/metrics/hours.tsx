import type { Hours, WeekHour } from "../../api/metrics";
import { t as c } from "../../i18n/charts";
import { count, t } from "../../i18n/metrics";
import { Empty, Panel } from "../../ui/basics";
import { dayName, Heat } from "./heat";
import { Figures, useFigures, type Asked } from "./asked";

function Busiest({ items }: { items: WeekHour[] }) {
  return (
    <ol class="rows">
      {items.map((item) => (
        <li key={`${item.weekday}-${item.hour}`} class="list-row">
          <span>
            {t("hours.of", {
              day: dayName(item.weekday),
              from: item.hour,
              until: (item.hour + 1) % 24,
            })}
          </span>
          <b class="end">{count("hours.received", item.received)}</b>
        </li>
      ))}
    </ol>
  );
}

/** When people write. */
export function HoursPanel({ asked }: { asked: Asked }) {
  const found = useFigures<Hours>("horarios", asked);
  return (
    <Figures found={found}>
      {(data) =>
        data.busiest.length === 0 ? (
          <Panel>
            <Empty icon="clock" title={c("chart.none")} text={c("chart.noneText")} />
          </Panel>
        ) : (
          <>
            <Panel title={t("hours.title")} icon="clock">
              <Heat items={data.items} />
            </Panel>
            <Panel title={t("hours.busiest")} icon="up">
              <Busiest items={data.busiest} />
            </Panel>
          </>
        )
      }
    </Figures>
  );
}
