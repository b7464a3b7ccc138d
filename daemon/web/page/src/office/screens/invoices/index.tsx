import { useState } from "preact/hooks";
import { get, post, query } from "../../../api/http";
import { date, money, month, number } from "../../../i18n";
import { Button, Empty, Loading, PageHead, Panel } from "../../../ui/basics";
import { confirm, toast } from "../../../ui/feedback";
import { ProblemNote, useAction } from "../../../ui/form";
import { Icon } from "../../../ui/icon";
import { More } from "../../../ui/more";
import { useResource } from "../../../ui/resource";
import { DataTable } from "../../../ui/table";
import type { InvoiceRow, InvoiceRun } from "../../api/billing";
import type { Page } from "../../api/types";
import { t } from "../../i18n/business";
import { Export } from "../../parts/export";
import { lastMonths } from "../../parts/months";
import { Pick } from "../../parts/pick";
import { resellerOptions, useResellers } from "../../parts/resellers";
import { mayWrite, ofPlatform } from "../../session";
import { InvoicePage } from "./one";

const howMany = (value: number | unknown[]) => (typeof value === "number" ? value : value.length);

interface RunProps {
  period: string;
  resellerId: string;
  onRan: () => void;
}

/** Close a month for everybody; says who could not be billed, and why. */
function Run({ period, resellerId, onRan }: RunProps) {
  const [ran, setRan] = useState<InvoiceRun | null>(null);
  const run = useAction(async () => {
    const title = t("invoices.runTitle", { month: month(period) });
    if (!(await confirm(title, t("invoices.runText"), t("invoices.run")))) return;
    const done = await post<InvoiceRun>("/api/invoices/run", { period, resellerId });
    setRan(done);
    toast(
      t("invoices.ran", {
        issued: number(howMany(done.issued)),
        skipped: number(howMany(done.skipped)),
        failed: number(done.failed.length),
      }),
    );
    onRan();
  });
  return (
    <>
      <div class="actions head">
        <Button icon="receipt" busy={run.busy} onClick={() => void run.run()}>
          {t("invoices.run")}: {month(period)}
        </Button>
        <Export what="invoices" title={t("nav.invoices")} filters={{ period, resellerId }} />
      </div>
      <ProblemNote problem={run.problem} />
      {ran && ran.failed.length > 0 && (
        <div class="notice bad" role="alert">
          <Icon name="warning" />
          <div>
            <p>{t("invoices.failed")}</p>
            <ul>
              {ran.failed.map((one) => (
                <li key={one.tenantId}>
                  <a href={`#/tenants/${one.tenantId}`}>{one.tenantId}</a>: {one.detail}
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
    </>
  );
}

function List() {
  const months = lastMonths(13);
  const [asked, setAsked] = useState({ period: months[1] ?? "", resellerId: "" });
  const resellers = useResellers();
  const path = `/api/invoices${query({ ...asked, limit: 50 })}`;
  const found = useResource(path, () => get<Page<InvoiceRow>>(path));
  const items = found.data?.items;
  return (
    <>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Pick
          label={t("invoices.period")}
          value={asked.period}
          onChange={(period) => setAsked({ ...asked, period })}
          options={[
            ["", t("invoices.everyMonth")],
            ...months.map((one): [string, string] => [one, month(one)]),
          ]}
        />
        {ofPlatform.value && (
          <Pick
            label={t("column.reseller")}
            value={asked.resellerId}
            onChange={(resellerId) => setAsked({ ...asked, resellerId })}
            options={resellerOptions(resellers)}
          />
        )}
      </form>
      {asked.period && mayWrite.value ? (
        <Run key={asked.period} {...asked} onRan={found.reload} />
      ) : (
        <div class="actions head">
          <Export what="invoices" title={t("nav.invoices")} filters={asked} />
        </div>
      )}
      <Panel title={t("nav.invoices")} icon="receipt">
        <ProblemNote problem={found.problem} />
        {!items && !found.problem && <Loading />}
        {items?.length === 0 && (
          <Empty icon="receipt" title={t("invoices.none")} text={t("invoices.noneText")} />
        )}
        {items && items.length > 0 && (
          <DataTable
            title={t("nav.invoices")}
            head={[
              t("column.tenant"),
              t("invoice.number"),
              t("invoices.period"),
              t("invoice.total"),
              t("invoice.cost"),
              t("invoice.margin"),
              t("invoice.issued"),
            ]}
            numeric={(column) => column > 2 && column < 6}
            rows={items.map((one) => [
              <a href={`#/invoices/${one.tenantId}/${one.period}`}>{one.tenant || one.tenantId}</a>,
              <span class="mono">{one.number}</span>,
              month(one.period),
              money(one.totalCentavos, one.currency),
              money(one.costCentavos, one.currency),
              money(one.marginCentavos, one.currency),
              date(one.issuedAt),
            ])}
          />
        )}
        <More list={found} path={path} />
      </Panel>
    </>
  );
}

interface Props {
  tenant?: string | undefined;
  period?: string | undefined;
}

/** Invoices to tenants: a month's, or one with its lines. */
export function Invoices({ tenant, period }: Props) {
  if (tenant && period)
    return <InvoicePage key={`${tenant}${period}`} tenant={tenant} period={period} />;
  return (
    <>
      <PageHead title={t("nav.invoices")} lead={t("invoices.lead")} />
      <List />
    </>
  );
}
