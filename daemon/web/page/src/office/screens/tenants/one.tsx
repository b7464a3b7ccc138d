import { get } from "../../../api/http";
import { money, month } from "../../../i18n";
import { ButtonLink, Loading, PageHead, Panel } from "../../../ui/basics";
import { ProblemNote } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import type { InvoiceRow } from "../../api/billing";
import type { Page, Tenant } from "../../api/types";
import { t } from "../../i18n/business";
import { lastMonths } from "../../parts/months";
import { SubscriptionPanel } from "./subscription";
import { Tokens } from "./tokens";

function Invoices({ id }: { id: string }) {
  const path = `/api/invoices?tenantId=${id}&limit=12`;
  const found = useResource(path, () => get<Page<InvoiceRow>>(path));
  const items = found.data?.items;
  const open = lastMonths(2).filter((period) => !items?.some((one) => one.period === period));
  return (
    <Panel title={t("nav.invoices")} icon="receipt">
      <ProblemNote problem={found.problem} />
      {!items && !found.problem && <Loading />}
      <ul class="rows">
        {items &&
          open.map((period) => (
            <li key={period}>
              <a class="list-row" href={`#/invoices/${id}/${period}`}>
                <span>
                  <b>{month(period)}</b>
                </span>
                <small class="end">{t("invoice.see")}</small>
              </a>
            </li>
          ))}
        {items?.map((one) => (
          <li key={one.id}>
            <a class="list-row" href={`#/invoices/${id}/${one.period}`}>
              <span>
                <b>{month(one.period)}</b>
                <small class="mono">{one.number}</small>
              </span>
              <span class="amount end">{money(one.totalCentavos, one.currency)}</span>
            </a>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** One tenant: what it pays for, how its boxes get in, what it was billed. */
export function TenantPage({ id }: { id: string }) {
  const found = useResource(`tenant ${id}`, () => get<Tenant>(`/api/tenants/${id}`));
  const tenant = found.data;
  return (
    <>
      <PageHead title={tenant?.name ?? id} lead={tenant?.resellerId ?? ""} back="#/tenants">
        <ButtonLink href={`#/?tenantId=${id}`} icon="table">
          {t("tenant.boxes")}
        </ButtonLink>
      </PageHead>
      <ProblemNote problem={found.problem} />
      {!tenant && !found.problem && <Loading />}
      {tenant && (
        <div class="split">
          <SubscriptionPanel tenant={tenant} />
          <div class="stack">
            <Tokens tenant={tenant} />
            <Invoices id={id} />
          </div>
        </div>
      )}
    </>
  );
}
