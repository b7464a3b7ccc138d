import type { Messages } from "../../api/metrics";
import { number, pointName, shortNumber } from "../../i18n";
import { t } from "../../i18n/metrics";
import { Panel } from "../../ui/basics";
import { Chart } from "../../ui/chart";
import { Stat, Stats } from "../../ui/stat";
import { Figures, useFigures, type Asked } from "./asked";

/** Messages in and out, by period. */
export function MessagesPanel({ asked }: { asked: Asked }) {
  const found = useFigures<Messages>("mensagens-por-periodo", asked, true);
  return (
    <Figures found={found}>
      {(data) => (
        <>
          <Stats>
            <Stat label={t("messages.total")} value={number(data.total)} />
            <Stat label={t("messages.received")} value={number(data.received)} />
            <Stat label={t("messages.sent")} value={number(data.sent)} />
            <Stat label={t("messages.failed")} value={number(data.failed)} />
          </Stats>
          <Panel title={t("messages.perPeriod")} icon="chat">
            <Chart
              title={t("messages.perPeriod")}
              kind="stack"
              labels={data.items.map((point) => pointName(point.start, asked.granularity))}
              series={[
                {
                  label: t("messages.received"),
                  tone: "accent",
                  values: data.items.map((point) => point.received),
                },
                {
                  label: t("messages.bot"),
                  tone: "c5",
                  values: data.items.map((point) => point.bot),
                },
                {
                  label: t("messages.people"),
                  tone: "c3",
                  values: data.items.map((point) => point.phone + point.operator),
                },
                {
                  label: t("messages.failed"),
                  tone: "bad",
                  values: data.items.map((point) => point.failed),
                },
              ]}
              format={number}
              axis={shortNumber}
            />
          </Panel>
        </>
      )}
    </Figures>
  );
}
