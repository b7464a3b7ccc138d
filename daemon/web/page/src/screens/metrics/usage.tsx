import type { Usage, UsageSums } from "../../api/metrics";
import { number, pointName, shortNumber } from "../../i18n";
import { t } from "../../i18n/metrics";
import { Panel } from "../../ui/basics";
import { Chart, type Series } from "../../ui/chart";
import { Stat, Stats } from "../../ui/stat";
import { Figures, useFigures, type Asked } from "./asked";

const growth = (now: number, before: number) => (before === 0 ? null : now / before - 1);

/** How much the box does, beside the period before. */
export function UsagePanel({ asked }: { asked: Asked }) {
  const found = useFigures<Usage>("evolucao-uso", asked, true);
  return (
    <Figures found={found}>
      {({ totals, previous, items }) => {
        const stat = (label: string, name: keyof UsageSums) => (
          <Stat
            label={label}
            value={shortNumber(totals[name])}
            change={growth(totals[name], previous[name])}
            note={t("usage.before", { n: shortNumber(previous[name]) })}
          />
        );
        const series = (label: string, name: keyof UsageSums, tone: Series["tone"]): Series => ({
          label,
          tone,
          values: items.map((point) => point[name]),
        });
        const labels = items.map((point) => pointName(point.start, asked.granularity));
        return (
          <>
            <Stats>
              {stat(t("usage.messages"), "messages")}
              {stat(t("usage.cases"), "cases")}
              {stat(t("usage.answers"), "answers")}
              {stat(t("usage.api"), "apiQuestions")}
              {stat(t("usage.tokensIn"), "tokensIn")}
              {stat(t("usage.tokensOut"), "tokensOut")}
            </Stats>
            <Panel title={t("usage.evolution")} icon="trace">
              <Chart
                title={t("usage.evolution")}
                labels={labels}
                series={[
                  series(t("usage.messages"), "messages", "accent"),
                  series(t("usage.answers"), "answers", "c5"),
                  series(t("usage.cases"), "cases", "c3"),
                ]}
                format={number}
                axis={shortNumber}
              />
            </Panel>
            <Panel title={t("usage.tokens")} icon="chip">
              <Chart
                title={t("usage.tokens")}
                kind="stack"
                labels={labels}
                series={[
                  series(t("usage.tokensIn"), "tokensIn", "c5"),
                  series(t("usage.tokensOut"), "tokensOut", "accent"),
                ]}
                format={number}
                axis={shortNumber}
                height={180}
              />
            </Panel>
          </>
        );
      }}
    </Figures>
  );
}
