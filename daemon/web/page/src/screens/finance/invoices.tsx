import { useState } from "preact/hooks";
import type { Invoice, InvoiceStatus } from "../../api/finance";
import { get, query } from "../../api/http";
import type { Page } from "../../api/types";
import { date, money, month } from "../../i18n";
import { t } from "../../i18n/finance";
import { go } from "../../router";
import { useClientNames } from "../../state/names";
import { Badge, Empty, Loading, Panel, type Tone } from "../../ui/basics";
import { ProblemNote } from "../../ui/form";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";

const STATUSES: InvoiceStatus[] = ["open", "paid", "credited"];
const TONES: Record<InvoiceStatus, Tone> = { open: "warn", paid: "ok", credited: "plain" };

export function InvoiceBadge({ invoice }: { invoice: Invoice }) {
  if (invoice.kind === "credit_note") return <Badge tone="human">{t("invoice.creditNote")}</Badge>;
  if (invoice.overdue) return <Badge tone="bad">{t("invoice.overdue")}</Badge>;
  return <Badge tone={TONES[invoice.status]}>{t(`invoice.${invoice.status}`)}</Badge>;
}

/** `name` where the list is of many clients. */
export function InvoiceRow({ invoice, name }: { invoice: Invoice; name?: string }) {
  const words = name ? [invoice.label, month(invoice.period)] : [invoice.label];
  if (invoice.status === "open") words.push(`${t("invoice.due")} ${date(invoice.dueOn)}`);
  return (
    <li>
      <a class="list-row" href={`#/finance/invoices/${invoice.id}`}>
        <span>
          <b>{name ?? month(invoice.period)}</b>
          <small>{words.join(" · ")}</small>
        </span>
        <InvoiceBadge invoice={invoice} />
        <b class="end amount">{money(invoice.totalCentavos, invoice.currency)}</b>
      </a>
    </li>
  );
}

/** Invoices and credit notes, by their state. */
export function Invoices({ status }: { status: string }) {
  const [period, setPeriod] = useState("");
  const path = `/billing/invoices${query({ status, period, limit: 50 })}`;
  const list = useResource(path, () => get<Page<Invoice>>(path));
  const items = list.data?.items;
  const name = useClientNames(items?.map((one) => one.clientId) ?? []);
  const choose = (wanted: string) =>
    go(`/finance/invoices${query({ status: wanted })}`, { replace: true });
  return (
    <Panel title={t("finance.invoices")} icon="receipt">
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          {t("invoice.status")}
          <select value={status} onChange={(event) => choose(event.currentTarget.value)}>
            <option value="">{t("invoice.any")}</option>
            {STATUSES.map((one) => (
              <option key={one} value={one}>
                {t(`invoice.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("invoice.month")}
          <input
            type="month"
            value={period}
            placeholder="2026-01"
            pattern="\d{4}-(0[1-9]|1[0-2])"
            onChange={(event) => setPeriod(event.currentTarget.value)}
          />
        </label>
      </form>
      <ProblemNote problem={list.problem} />
      {!items && !list.problem && <Loading />}
      {items?.length === 0 && (
        <Empty icon="receipt" title={t("invoice.none")} text={t("invoice.noneText")} />
      )}
      <ul class="rows">
        {items?.map((invoice) => (
          <InvoiceRow key={invoice.id} invoice={invoice} name={name(invoice.clientId)} />
        ))}
      </ul>
      <More list={list} path={path} />
    </Panel>
  );
}
