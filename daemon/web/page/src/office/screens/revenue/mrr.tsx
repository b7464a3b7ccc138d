import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { get, query } from "../../../api/http";
import { money, month, number, percent, shortMoney } from "../../../i18n";
import type { StepKind } from "../../../screens/finance/steps";
import { Button, ButtonLink, Empty, Loading, Panel } from "../../../ui/basics";
import { Chart } from "../../../ui/chart";
import { ProblemNote } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import { Stat, Stats } from "../../../ui/stat";
import { Steps } from "../../../ui/steps";
import { DataTable } from "../../../ui/table";
import type { Month, Movement, Summary } from "../../api/billing";
import type { Whole } from "../../api/types";
import { t } from "../../i18n/business";
import { Export } from "../../parts/export";
import { monthBack, share } from "../../parts/months";
import { Pick } from "../../parts/pick";
import { mayWrite } from "../../session";
import type { Whose } from ".";

const SPANS = ["6", "12", "24", "36"];

interface Found {
  currency: string;
  months: Month[];
  summary: Summary;
}

async function figures(whose: Whose, span: number): Promise<Found> {
  const asked = query({ ...whose, start: monthBack(span - 1), end: monthBack(0) });
  const [mrr, summary] = await Promise.all([
    get<{ currency: string; months: Month[] }>(`/api/figures/mrr${asked}`),
    get<Summary>(`/api/figures/summary${query({ ...whose })}`),
  ]);
  return { ...mrr, summary };
}

function Now({ found: { summary, currency, months } }: { found: Found }) {
  const last = summary.lastMonth ?? months.at(-2) ?? null;
  const amount = (centavos: number) => money(centavos, currency);
  const kept = summary.mrrCentavos - summary.costCentavos;
  return (
    <Stats>
      <Stat
        label={t("figure.mrr")}
        value={amount(summary.mrrCentavos)}
        note={t("figure.arr", { amount: amount(12 * summary.mrrCentavos) })}
      />
      <Stat
        label={t("figure.subscribed")}
        value={number(summary.subscribed)}
        note={t("figure.of", { n: number(summary.tenants), boxes: number(summary.boxes) })}
      />
      <Stat
        label={t("figure.margin")}
        value={percent(summary.mrrCentavos ? kept / summary.mrrCentavos : null, 1)}
        note={t("figure.cost", { amount: amount(summary.costCentavos) })}
      />
      <Stat
        label={t("figure.churn")}
        value={percent(share(last?.revenueChurnBps), 1)}
        note={t("figure.logo", { share: percent(share(last?.logoChurnBps), 1) })}
      />
      <Stat
        label={t("figure.nrr")}
        value={percent(share(last?.nrrBps), 1)}
        note={t("figure.grr", { share: percent(share(last?.grrBps), 1) })}
      />
      <Stat
        label={t("figure.arpa")}
        value={typeof last?.arpaCentavos === "number" ? amount(last.arpaCentavos) : t("unknown")}
      />
    </Stats>
  );
}

interface MovementsProps {
  whose: Whose;
  period: string;
  kind: string;
  currency: string;
}

function Movements({ whose, period, kind, currency }: MovementsProps) {
  const path = `/api/figures/movements${query({ ...whose, period, kind })}`;
  const found = useResource(path, () => get<Whole<Movement>>(path));
  const items = found.data?.items;
  if (!items) return found.problem ? <ProblemNote problem={found.problem} /> : <Loading />;
  if (items.length === 0)
    return <p class="quiet-note">{t(kind ? "mrr.noMovements" : "mrr.noneMoved")}</p>;
  return (
    <DataTable
      title={t("mrr.movements", { month: month(period) })}
      head={[t("column.tenant"), t("mrr.kind"), t("mrr.from"), t("mrr.to"), t("mrr.change")]}
      numeric={(column) => column > 1}
      rows={items.map((row) => [
        <a href={`#/tenants/${row.tenantId}`}>{row.tenant || row.tenantId}</a>,
        t(`mrr.${row.kind}`),
        money(row.startCentavos, currency),
        money(row.endCentavos, currency),
        money(row.endCentavos - row.startCentavos, currency),
      ])}
    />
  );
}

interface StepsProps {
  found: Found;
  whose: Whose;
  index: number;
  onMove: (index: number) => void;
}

function StepsOf({ found: { months, currency }, whose, index, onMove }: StepsProps) {
  const [shown, setShown] = useState<StepKind | null>(null);
  const one = months[index];
  if (!one) return null;
  const kind = shown === "start" || shown === "end" || shown === null ? "" : shown;
  return (
    <Panel
      title={t("mrr.steps", { month: month(one.period) })}
      icon="trace"
      actions={
        <>
          <Button
            small
            icon="back"
            label={t("mrr.previous")}
            disabled={index === 0}
            onClick={() => onMove(index - 1)}
          />
          <Button
            small
            icon="chevron"
            label={t("mrr.next")}
            disabled={index === months.length - 1}
            onClick={() => onMove(index + 1)}
          />
        </>
      }
    >
      <Steps
        one={one}
        name={(step) => t(`mrr.${step}`)}
        format={(centavos) => money(centavos, currency)}
        shown={shown}
        onShow={setShown}
      />
      <div class="waterfall-rows">
        <Movements whose={whose} period={one.period} kind={kind} currency={currency} />
      </div>
    </Panel>
  );
}

function Retention({ months }: { months: Month[] }) {
  const shareOf = (bps: number | null) => percent(share(bps), 1);
  return (
    <Panel title={t("retention.title")} icon="repeat">
      <DataTable
        title={t("retention.title")}
        head={[
          t("retention.month"),
          t("retention.revenue"),
          t("retention.logos"),
          t("figure.nrr"),
          t("retention.grr"),
          t("retention.start"),
          t("retention.new"),
          t("retention.lost"),
          t("retention.end"),
        ]}
        rows={[...months]
          .reverse()
          .map((one) => [
            month(one.period),
            shareOf(one.revenueChurnBps),
            shareOf(one.logoChurnBps),
            shareOf(one.nrrBps),
            shareOf(one.grrBps),
            number(one.logosStart),
            number(one.logosNew),
            number(one.logosLost),
            number(one.logosEnd),
          ])}
      />
    </Panel>
  );
}

function All({ found, whose }: { found: Found; whose: Whose }) {
  const [picked, setPicked] = useState<number | null>(null);
  const { months, currency } = found;
  if (months.every((one) => one.startCentavos === 0 && one.endCentavos === 0)) {
    return (
      <Panel>
        <Empty icon="coin" title={t("mrr.none")} text={t("mrr.noneText")}>
          {mayWrite.value && (
            <ButtonLink href="#/plans" icon="plan" kind="primary">
              {t("nav.plans")}
            </ButtonLink>
          )}
        </Empty>
      </Panel>
    );
  }
  return (
    <div class="stack">
      <Now found={found} />
      <Panel title={t("mrr.title")} icon="chart">
        <p class="lead">{t("mrr.pick")}</p>
        <Chart
          title={t("mrr.title")}
          kind="bars"
          labels={months.map((one) => month(one.period, true))}
          series={[
            {
              label: t("figure.mrr"),
              tone: "accent",
              values: months.map((one) => one.endCentavos),
            },
          ]}
          format={(centavos) => money(centavos, currency)}
          axis={(centavos) => shortMoney(centavos, currency)}
          onPick={setPicked}
        />
      </Panel>
      <StepsOf found={found} whose={whose} index={picked ?? months.length - 1} onMove={setPicked} />
      <Retention months={months} />
    </div>
  );
}

/** MRR month by month, its staircase, churn and retention. */
export function Mrr({ whose, filters }: { whose: Whose; filters: ComponentChildren }) {
  const [span, setSpan] = useState("12");
  const key = JSON.stringify([whose, span]);
  const found = useResource(key, () => figures(whose, Number(span)));
  return (
    <>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        {filters}
        <Pick
          label={t("span")}
          value={span}
          onChange={setSpan}
          options={SPANS.map((one): [string, string] => [one, one])}
        />
      </form>
      <div class="actions head">
        <Export
          what="mrr"
          title={t("mrr.title")}
          filters={{ ...whose, start: monthBack(Number(span) - 1), end: monthBack(0) }}
        />
      </div>
      <ProblemNote problem={found.problem} />
      {found.data ? (
        <All key={key} found={found.data} whose={whose} />
      ) : (
        !found.problem && <Loading />
      )}
    </>
  );
}
