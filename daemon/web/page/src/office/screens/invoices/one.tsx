import { get, post } from "../../../api/http";
import { Problem } from "../../../api/problem";
import { dateTime, money, month, number } from "../../../i18n";
import { Button, Loading, PageHead, Panel } from "../../../ui/basics";
import { toastProblem } from "../../../ui/feedback";
import { ProblemNote, useAction } from "../../../ui/form";
import { Icon } from "../../../ui/icon";
import { useResource } from "../../../ui/resource";
import { Stat, Stats } from "../../../ui/stat";
import { DataTable } from "../../../ui/table";
import type { Invoice, InvoiceLine } from "../../api/billing";
import { t } from "../../i18n/business";
import { meterName } from "../../parts/meters";
import { saveJson } from "../../parts/save";
import { mayWrite } from "../../session";

interface Found {
  invoice: Invoice;
  issued: boolean;
}

/** The invoice, or what it would be now where none was issued yet. */
async function read(path: string): Promise<Found> {
  try {
    return { invoice: await get<Invoice>(path), issued: true };
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status !== 404) throw problem;
    return { invoice: await get<Invoice>(`${path}/preview`), issued: false };
  }
}

function lineName(line: InvoiceLine): string {
  const usage = line.kind === "usage" || line.kind === "adjustment";
  const name = usage ? meterName(line.code) : line.description || line.code;
  return `${t(`line.${line.kind}`)}: ${name}`;
}

function Lines({
  title,
  lines,
  currency,
}: {
  title: string;
  lines: InvoiceLine[];
  currency: string;
}) {
  const dash = t("unknown");
  return (
    <DataTable
      title={title}
      head={[
        t("invoice.item"),
        t("invoice.quantity"),
        t("invoice.included"),
        t("invoice.billed"),
        t("invoice.price"),
        t("invoice.total"),
      ]}
      rows={lines.map((line) => {
        const counted = line.kind === "usage" || line.kind === "adjustment";
        return [
          lineName(line),
          counted ? number(line.quantity) : dash,
          counted ? number(line.included) : dash,
          counted ? number(line.billed) : dash,
          counted ? money(line.perThousandCentavos, currency) : dash,
          money(line.totalCentavos, currency),
        ];
      })}
    />
  );
}

interface Late {
  hour: string;
  quantity: number;
  madeAt: string;
}

const isLate = (one: unknown): one is Late =>
  typeof one === "object" && one !== null && "hour" in one && "madeAt" in one;

/** The hours whose usage came after their month was billed: what a dispute is about. */
function LateHours({ lines }: { lines: InvoiceLine[] }) {
  const rows = lines.flatMap((line) =>
    (line.evidence ?? []).filter(isLate).map((one) => ({ line, one })),
  );
  if (rows.length === 0) return null;
  return (
    <details class="more">
      <summary>
        {t("invoice.late")} ({number(rows.length)})
      </summary>
      <DataTable
        title={t("invoice.late")}
        head={[t("late.hour"), t("invoice.item"), t("invoice.quantity"), t("late.made")]}
        numeric={(column) => column === 2}
        rows={rows.map(({ line, one }) => [
          dateTime(one.hour),
          meterName(line.code),
          number(one.quantity),
          dateTime(one.madeAt),
        ])}
      />
    </details>
  );
}

function Content({ invoice }: { invoice: Invoice }) {
  const { currency, lines, cost } = invoice;
  return (
    <div class="stack">
      <Stats>
        <Stat label={t("invoice.total")} value={money(invoice.totalCentavos, currency)} />
        <Stat label={t("invoice.cost")} value={money(cost.totalCentavos, currency)} />
        <Stat label={t("invoice.margin")} value={money(invoice.marginCentavos, currency)} />
      </Stats>
      <Panel title={t("invoice.lines")} icon="receipt">
        <Lines title={t("invoice.lines")} lines={lines} currency={currency} />
        <LateHours lines={lines} />
        <p class="quiet-note after">{t("invoice.proofs")}</p>
      </Panel>
      {cost.lines.length > 0 && (
        <Panel title={t("invoice.costLines")} icon="coin">
          <Lines title={t("invoice.costLines")} lines={cost.lines} currency={currency} />
        </Panel>
      )}
    </div>
  );
}

/** One invoice, line by line; a month without one shows what it would be. */
export function InvoicePage({ tenant, period }: { tenant: string; period: string }) {
  const path = `/api/tenants/${tenant}/invoices/${period}`;
  const found = useResource(path, () => read(path));
  const issue = useAction(async () => {
    await post(`/api/tenants/${tenant}/invoices`, { period });
    found.reload();
  });
  const shown = found.data;
  const title = shown?.issued
    ? t("invoice.title", { number: shown.invoice.number ?? "" })
    : t("invoice.preview", { month: month(period) });
  return (
    <>
      <PageHead title={title} lead={`${tenant} · ${month(period)}`} back={`#/tenants/${tenant}`}>
        {shown?.issued && (
          <Button
            icon="download"
            onClick={() => void saveJson(path, `${tenant}-${period}.json`).catch(toastProblem)}
          >
            {t("invoice.download")}
          </Button>
        )}
        {shown && !shown.issued && mayWrite.value && (
          <Button kind="primary" icon="receipt" busy={issue.busy} onClick={() => void issue.run()}>
            {t("invoice.issue")}
          </Button>
        )}
      </PageHead>
      <ProblemNote problem={found.problem ?? issue.problem} />
      {!shown && !found.problem && <Loading />}
      {shown && !shown.issued && (
        <div class="notice warn">
          <Icon name="clock" />
          <p>{t("invoice.previewText")}</p>
        </div>
      )}
      {shown && <Content invoice={shown.invoice} />}
    </>
  );
}
