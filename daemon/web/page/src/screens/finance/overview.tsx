import { useState } from "preact/hooks";
import type { Kpi, Mrr, Retention, Share } from "../../api/finance";
import { get, query } from "../../api/http";
import { money, month, number, shortMoney } from "../../i18n";
import { count, t } from "../../i18n/finance";
import { isoDay } from "../../period";
import { useClientNames, usePlanNames } from "../../state/names";
import { ButtonLink, Empty, Loading, Panel } from "../../ui/basics";
import { Chart } from "../../ui/chart";
import { ProblemNote } from "../../ui/form";
import { useResource } from "../../ui/resource";
import { Stat, Stats } from "../../ui/stat";
import { DataTable } from "../../ui/table";
import { Waterfall } from "./waterfall";

const SPANS = ["6", "12", "24", "36"] as const;

interface Figures {
  mrr: Mrr;
  kpis: Kpi[];
  months: Retention[];
}

async function figures(months: number): Promise<Figures> {
  const today = new Date();
  const start = isoDay(new Date(today.getFullYear(), today.getMonth() - months + 1, 1));
  const asked = query({ start, end: isoDay(today) });
  const [mrr, kpis, retention] = await Promise.all([
    get<Mrr>(`/financeiro/mrr${asked}`),
    get<{ items: Kpi[] }>(`/financeiro/kpis${asked}`),
    get<{ months: Retention[] }>(`/financeiro/retencao-churn${asked}`),
  ]);
  return { mrr, kpis: kpis.items, months: retention.months };
}

/** A share as the daemon worked it out: exact, as text. */
export function shareText(share: Share): string {
  return share.percent === null ? "–" : `${number(Number(share.percent), 1)} %`;
}

function Now({ mrr, kpi }: { mrr: Mrr; kpi: Kpi }) {
  const { currency } = mrr;
  const amount = (centavos: number) => money(centavos, currency);
  return (
    <Stats>
      <Stat
        label={t("kpi.mrr")}
        value={amount(mrr.mrrCentavos)}
        note={t("kpi.arr", { amount: amount(mrr.arrCentavos) })}
      />
      <Stat
        label={t("kpi.revenue")}
        value={amount(kpi.revenueCentavos)}
        note={t("kpi.billed", { amount: amount(kpi.billedCentavos) })}
      />
      <Stat
        label={t("kpi.clients")}
        value={number(kpi.clients)}
        note={count("kpi.lost", kpi.clientsLost)}
      />
      <Stat
        label={t("kpi.churn")}
        value={shareText(kpi.grossRevenueChurn)}
        note={t("kpi.logo", { share: shareText(kpi.logoChurn) })}
      />
      <Stat
        label={t("kpi.nrr")}
        value={shareText(kpi.nrr)}
        note={t("kpi.grr", { share: shareText(kpi.grr) })}
      />
      <Stat
        label={t("kpi.usage")}
        value={amount(kpi.usageRevenueCentavos)}
        note={t("kpi.usageNote")}
      />
    </Stats>
  );
}

function RetentionTable({ months }: { months: Retention[] }) {
  return (
    <DataTable
      title={t("retention.title")}
      head={[
        t("mrr.month"),
        t("retention.gross"),
        t("retention.voluntary"),
        t("retention.involuntary"),
        t("kpi.nrr"),
        "GRR",
        t("retention.logo"),
        t("retention.clients"),
        t("retention.lost"),
      ]}
      rows={[...months]
        .reverse()
        .map((one) => [
          month(one.period),
          shareText(one.grossRevenueChurn),
          shareText(one.voluntaryChurn),
          shareText(one.involuntaryChurn),
          shareText(one.nrr),
          shareText(one.grr),
          shareText(one.logoChurn),
          number(one.clientsStart),
          number(one.clientsLost),
        ])}
    />
  );
}

function Standing({ mrr }: { mrr: Mrr }) {
  const client = useClientNames(mrr.rows.map((row) => row.clientId));
  const plan = usePlanNames();
  return (
    <details class="more">
      <summary>
        {t("mrr.standing")} ({number(mrr.rows.length)})
      </summary>
      <DataTable
        title={t("mrr.standing")}
        head={[t("client.one"), t("subscription.plan"), t("kpi.mrr")]}
        numeric={(column) => column === 2}
        rows={mrr.rows.map((row) => [
          <a href={`#/finance/subscriptions/${row.subscriptionId}`}>{client(row.clientId)}</a>,
          plan(row.planId),
          money(row.mrrCentavos, mrr.currency),
        ])}
      />
    </details>
  );
}

function All({ mrr, kpis, months }: Figures) {
  const [picked, setPicked] = useState<number | null>(null);
  const kpi = kpis.at(-1);
  const quiet = mrr.waterfall.every((one) => one.startCentavos === 0 && one.endCentavos === 0);
  if (!kpi || (quiet && kpi.revenueCentavos === 0)) {
    return (
      <Panel>
        <Empty icon="coin" title={t("mrr.none")} text={t("mrr.noneText")}>
          <ButtonLink href="#/finance/clients" icon="plus" kind="primary">
            {t("client.new")}
          </ButtonLink>
        </Empty>
      </Panel>
    );
  }
  const index = picked ?? mrr.waterfall.length - 1;
  return (
    <div class="stack">
      <Now mrr={mrr} kpi={kpi} />
      <Panel title={t("mrr.evolution")} icon="chart">
        <p class="lead">{t("mrr.pick")}</p>
        <Chart
          title={t("mrr.evolution")}
          kind="bars"
          labels={mrr.waterfall.map((one) => month(one.period, true))}
          series={[
            {
              label: t("kpi.mrr"),
              tone: "accent",
              values: mrr.waterfall.map((one) => one.endCentavos),
            },
          ]}
          format={(centavos) => money(centavos, mrr.currency)}
          axis={(centavos) => shortMoney(centavos, mrr.currency)}
          onPick={setPicked}
        />
      </Panel>
      <Waterfall months={mrr.waterfall} currency={mrr.currency} index={index} onMove={setPicked} />
      <Panel title={t("retention.title")} icon="repeat">
        <RetentionTable months={months} />
      </Panel>
      <Panel>
        <Standing mrr={mrr} />
      </Panel>
    </div>
  );
}

/** What the money says: figures of now, MRR month by month, retention. */
export function Overview() {
  const [span, setSpan] = useState("12");
  const found = useResource(span, () => figures(Number(span)));
  return (
    <>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          {t("finance.year")}
          <select value={span} onChange={(event) => setSpan(event.currentTarget.value)}>
            {SPANS.map((months) => (
              <option key={months} value={months}>
                {t(`finance.months.${months}`)}
              </option>
            ))}
          </select>
        </label>
      </form>
      <ProblemNote problem={found.problem} />
      {found.data ? <All {...found.data} /> : !found.problem && <Loading />}
    </>
  );
}
