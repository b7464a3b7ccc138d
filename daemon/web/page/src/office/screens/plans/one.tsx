import { useState } from "preact/hooks";
import { get, patch, post } from "../../../api/http";
import { date, money, number } from "../../../i18n";
import { Badge, Button, Loading, PageHead, Panel } from "../../../ui/basics";
import { toast, toastProblem } from "../../../ui/feedback";
import { ProblemNote, useAction } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import type { PlanWithVersions, Version } from "../../api/billing";
import { count, t } from "../../i18n/business";
import { meterName } from "../../parts/meters";
import { mayWrite } from "../../session";
import { PRICE_FIELDS, priceBody, PriceFields, priceText } from "./version-form";

/** `R$ 199,00 por mês`. */
export function each({ baseCentavos, currency, periodMonths }: Version): string {
  const period = t(`period.${periodMonths}`);
  return t("version.each", { amount: money(baseCentavos, currency), period });
}

function OneVersion({ one, current }: { one: Version; current: boolean }) {
  const meters = Object.entries(one.meters);
  return (
    <li class="version-row">
      <header>
        <b>{each(one)}</b>
        <small>
          {t("version.from").toLowerCase()} {date(one.effectiveFrom)}
        </small>
        {current && <Badge tone="ok">{t("status.active")}</Badge>}
      </header>
      <ul>
        {meters.map(([meter, price]) => (
          <li key={meter}>
            {t("version.usage", {
              meter: meterName(meter),
              included: number(price.included),
              price: money(price.perThousandCentavos, one.currency),
            })}
          </li>
        ))}
        {meters.length === 0 && <li>{t("version.none")}</li>}
      </ul>
    </li>
  );
}

function Add({ plan, onAdded }: { plan: PlanWithVersions; onAdded: () => void }) {
  const [price, setPrice] = useState(priceText(plan.versions[0] ?? null));
  const add = useAction(async () => {
    await post(`/api/plans/${plan.id}/versions`, priceBody(price));
    toast(t("version.added", { day: date(price.effectiveFrom) }));
    onAdded();
  });
  return (
    <Panel title={t("version.add")} icon="plus">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void add.run();
        }}
      >
        <PriceFields value={price} onChange={setPrice} problem={add.problem} />
        <ProblemNote problem={add.problem} except={PRICE_FIELDS} />
        <Button type="submit" kind="primary" busy={add.busy}>
          {t("version.save")}
        </Button>
      </form>
    </Panel>
  );
}

/** A plan and every price it had. */
export function PlanPage({ id }: { id: string }) {
  const found = useResource(`plan ${id}`, () => get<PlanWithVersions>(`/api/plans/${id}`));
  const plan = found.data;
  const archive = (archived: boolean) =>
    patch(`/api/plans/${id}`, { archived }).then(found.reload, toastProblem);
  return (
    <>
      <PageHead
        title={plan?.name ?? t("nav.plans")}
        lead={
          plan
            ? `${t(`tier.${plan.tier}`)} · ${count("plan.subscribers", plan.subscribers)}${plan.description ? ` · ${plan.description}` : ""}`
            : ""
        }
        back="#/plans"
      >
        {plan && mayWrite.value && (
          <Button small onClick={() => void archive(!plan.archived)}>
            {t(plan.archived ? "plans.restore" : "plans.archive")}
          </Button>
        )}
      </PageHead>
      <ProblemNote problem={found.problem} />
      {!plan && !found.problem && <Loading />}
      {plan && (
        <div class={mayWrite.value ? "split even" : "stack"}>
          <Panel title={t("version.list")} icon="plan">
            <ul class="rows">
              {plan.versions.map((one) => (
                <OneVersion
                  key={one.effectiveFrom}
                  one={one}
                  current={one.effectiveFrom === plan.current?.effectiveFrom}
                />
              ))}
            </ul>
          </Panel>
          {mayWrite.value && <Add key={plan.versions.length} plan={plan} onAdded={found.reload} />}
        </div>
      )}
    </>
  );
}
