/** What is subscribed to: a plan, how it is paid, and a price of its own. */
import { BILLING_PERIODS, type BillingPeriod, type Plan } from "../../api/finance";
import type { Problem } from "../../api/problem";
import { money } from "../../i18n";
import { t } from "../../i18n/finance";
import { SelectField } from "../../ui/form";
import { centavos, MoneyField } from "../../ui/money-field";

/** As it is being chosen; the price is the text of its field. */
export interface OfferDraft {
  planId: string;
  period: BillingPeriod;
  price: string;
}

/** The fields that `OfferFields` marks by itself when the daemon refuses one. */
export const OFFER_FIELDS = ["planId", "period", "priceCentavos"];

/** The ways in which a plan may be paid, with their prices. */
export function periodsOf(plan: Plan | undefined): [BillingPeriod, string][] {
  return BILLING_PERIODS.flatMap((period) => {
    const price = plan?.prices[period];
    if (plan === undefined || price === undefined) return [];
    const words = { amount: money(price, plan.currency), period: t(`billing.${period}`) };
    return [[period, t("subscription.pricePer", words)]];
  });
}

/** The draft with a plan and a period that are there to be had. */
export function fitting(draft: OfferDraft, plans: Plan[]): OfferDraft {
  const plan = plans.find((one) => one.id === draft.planId) ?? plans[0];
  const periods = periodsOf(plan);
  const known = periods.some(([name]) => name === draft.period);
  const period = known ? draft.period : (periods[0]?.[0] ?? draft.period);
  return { planId: plan?.id ?? draft.planId, period, price: draft.price };
}

/** What the daemon is sent of a draft. Throws the problem that marks the price. */
export function offerOf({ planId, period, price }: OfferDraft) {
  return { planId, period, priceCentavos: centavos(price, "priceCentavos") };
}

interface Props {
  draft: OfferDraft;
  plans: Plan[];
  onChange: (draft: OfferDraft) => void;
  problem: Problem | null;
}

export function OfferFields({ draft, plans, onChange, problem }: Props) {
  return (
    <>
      <SelectField
        label={t("subscription.plan")}
        name="planId"
        value={draft.planId}
        onChange={(planId) => onChange({ ...draft, planId })}
        options={plans.map((one) => [one.id, one.name])}
        problem={problem}
      />
      <SelectField
        label={t("subscription.period")}
        name="period"
        value={draft.period}
        onChange={(period) => onChange({ ...draft, period: period as BillingPeriod })}
        options={periodsOf(plans.find((one) => one.id === draft.planId))}
        problem={problem}
      />
      <MoneyField
        label={t("subscription.price")}
        name="priceCentavos"
        value={draft.price}
        onInput={(price) => onChange({ ...draft, price })}
        hint={t("subscription.priceHint")}
        problem={problem}
        required={false}
      />
    </>
  );
}
