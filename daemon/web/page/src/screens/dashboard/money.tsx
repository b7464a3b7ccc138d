import type { Board } from "../../api/dashboard";
import { money, month, number, shortMoney } from "../../i18n";
import { count, t } from "../../i18n/dashboard";
import { Panel } from "../../ui/basics";
import { Chart } from "../../ui/chart";
import { Stat, Stats } from "../../ui/stat";

/** The daemon works shares out exactly and sends them as text. */
const share = (text: string | null) => (text === null ? "–" : `${number(Number(text), 1)} %`);

/** What subscriptions promise, what came in, what is owed. */
export function Money({ board: { money: sums } }: { board: Board }) {
  const amount = (centavos: number) => money(centavos, sums.currency);
  const quiet = sums.months.every((one) => one.mrrCentavos === 0 && one.revenueCentavos === 0);
  return (
    <Panel
      title={t("board.money")}
      icon="coin"
      actions={<a href="#/finance">{t("board.moneyAll")}</a>}
    >
      {quiet ? (
        <p class="quiet-note">{t("board.noMoney")}</p>
      ) : (
        <div class="stack">
          <Stats>
            <Stat
              label={t("board.mrr")}
              value={amount(sums.mrrCentavos.value)}
              change={sums.mrrCentavos.change}
            />
            <Stat
              label={t("board.revenue")}
              value={amount(sums.revenueCentavos.value)}
              change={sums.revenueCentavos.change}
            />
            <Stat
              label={t("board.clients")}
              value={number(sums.clients.value)}
              note={count("board.lost", sums.clientsLost)}
            />
            <Stat
              label={t("board.churn")}
              value={share(sums.grossChurnPercent)}
              note={t("board.churnLogo", { share: share(sums.logoChurnPercent) })}
            />
            <Stat
              label={t("board.overdue")}
              value={amount(sums.overdueCentavos)}
              note={count("board.overdueOf", sums.overdueInvoices)}
              tone={sums.overdueInvoices ? "bad" : undefined}
              href="#/finance/invoices?status=open"
            />
          </Stats>
          <Chart
            title={t("board.year")}
            kind="line"
            labels={sums.months.map((one) => month(one.period, true))}
            series={[
              {
                label: t("board.mrr"),
                tone: "accent",
                values: sums.months.map((one) => one.mrrCentavos),
              },
              {
                label: t("board.revenueSeries"),
                tone: "c1",
                values: sums.months.map((one) => one.revenueCentavos),
              },
            ]}
            format={amount}
            axis={(centavos) => shortMoney(centavos, sums.currency)}
            height={200}
          />
        </div>
      )}
    </Panel>
  );
}
