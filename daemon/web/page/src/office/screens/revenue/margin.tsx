import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { get, query } from "../../../api/http";
import { money, month, percent } from "../../../i18n";
import { Empty, Loading, Panel } from "../../../ui/basics";
import { ProblemNote } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import { Stat, Stats } from "../../../ui/stat";
import { DataTable } from "../../../ui/table";
import type { Margin } from "../../api/billing";
import { t } from "../../i18n/business";
import { Export } from "../../parts/export";
import { lastMonths, share } from "../../parts/months";
import { Pick } from "../../parts/pick";
import type { Whose } from ".";

function Table({ margin }: { margin: Margin }) {
  return (
    <div class="stack">
      <Stats>
        <Stat label={t("margin.retail")} value={money(margin.retailCentavos)} />
        <Stat label={t("margin.cost")} value={money(margin.costCentavos)} />
        <Stat
          label={t("margin.margin")}
          value={money(margin.marginCentavos)}
          note={percent(share(margin.marginBps), 1)}
        />
      </Stats>
      <Panel title={t("revenue.margin")} icon="coin">
        <DataTable
          title={t("revenue.margin")}
          head={[
            t("column.tenant"),
            t("column.reseller"),
            t("margin.retail"),
            t("margin.cost"),
            t("margin.margin"),
            t("margin.share"),
          ]}
          numeric={(column) => column > 1}
          rows={margin.tenants.map((one) => [
            <a href={`#/tenants/${one.tenantId}`}>{one.tenant || one.tenantId}</a>,
            one.resellerId,
            money(one.retailCentavos),
            money(one.costCentavos),
            <span class={one.marginCentavos < 0 ? "over" : ""}>{money(one.marginCentavos)}</span>,
            percent(share(one.marginBps), 1),
          ])}
        />
      </Panel>
    </div>
  );
}

/** What is left of each customer's invoice, the least first. */
export function MarginTable({ whose, filters }: { whose: Whose; filters: ComponentChildren }) {
  const months = lastMonths(12, 1);
  const [period, setPeriod] = useState(months[0] ?? "");
  const asked = { resellerId: whose.resellerId, period };
  const path = `/api/figures/margin${query(asked)}`;
  const found = useResource(path, () => get<Margin>(path));
  return (
    <>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Pick
          label={t("margin.month")}
          value={period}
          onChange={setPeriod}
          options={months.map((one): [string, string] => [one, month(one)])}
        />
        {filters}
      </form>
      <div class="actions head">
        <Export what="margin" title={t("revenue.margin")} filters={asked} />
      </div>
      <ProblemNote problem={found.problem} />
      {!found.data && !found.problem && <Loading />}
      {found.data?.tenants.length === 0 && (
        <Panel>
          <Empty icon="coin" title={t("margin.none")} text={t("margin.noneText")} />
        </Panel>
      )}
      {found.data && found.data.tenants.length > 0 && <Table margin={found.data} />}
    </>
  );
}
