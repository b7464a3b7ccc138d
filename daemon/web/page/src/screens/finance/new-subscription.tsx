import { useState } from "preact/hooks";
import { activePlans, BILLING_PERIODS, type BillingPeriod, type Plan } from "../../api/finance";
import { post } from "../../api/http";
import { money } from "../../i18n";
import { t } from "../../i18n/finance";
import { Button, ButtonLink, Empty, Loading, Panel } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { ProblemNote, SelectField, TextField, useAction } from "../../ui/form";
import { centavos, MoneyField } from "../../ui/money-field";
import { useResource } from "../../ui/resource";

/** The ways in which a plan may be paid, with their prices. */
export function periodsOf(plan: Plan): [BillingPeriod, string][] {
  return BILLING_PERIODS.flatMap((period) => {
    const price = plan.prices[period];
    if (price === undefined) return [];
    const words = { amount: money(price, plan.currency), period: t(`billing.${period}`) };
    return [[period, t("subscription.pricePer", words)]];
  });
}

const leastOf = ({ prices }: Plan) => Math.min(...Object.values(prices));

interface FormProps {
  clientId: string;
  plans: Plan[];
  onStarted: () => void;
}

function Form({ clientId, plans, onStarted }: FormProps) {
  const [planId, setPlanId] = useState(plans[0]?.id ?? "");
  const [wanted, setPeriod] = useState("monthly");
  const [price, setPrice] = useState("");
  const [trial, setTrial] = useState("");
  const plan = plans.find((one) => one.id === planId);
  const periods = plan ? periodsOf(plan) : [];
  const period = periods.some(([one]) => one === wanted) ? wanted : (periods[0]?.[0] ?? "monthly");
  const start = useAction(async () => {
    await post("/billing/subscriptions", {
      clientId,
      planId,
      period,
      priceCentavos: centavos(price, "priceCentavos"),
      trialDays: trial === "" ? null : Number(trial),
    });
    setPrice("");
    toast(t("subscription.started"));
    onStarted();
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void start.run();
      }}
    >
      <SelectField
        label={t("subscription.plan")}
        name="planId"
        value={planId}
        onChange={setPlanId}
        options={plans.map((one) => [one.id, one.name])}
        problem={start.problem}
      />
      <SelectField
        label={t("subscription.period")}
        name="period"
        value={period}
        onChange={setPeriod}
        options={periods}
        problem={start.problem}
      />
      <MoneyField
        label={t("subscription.price")}
        name="priceCentavos"
        value={price}
        onInput={setPrice}
        hint={t("subscription.priceHint")}
        problem={start.problem}
        required={false}
      />
      <TextField
        label={t("subscription.trialDays")}
        name="trialDays"
        value={trial}
        onInput={setTrial}
        type="number"
        min={0}
        max={365}
        hint={t("subscription.trialHint")}
        problem={start.problem}
        required={false}
      />
      <ProblemNote
        problem={start.problem}
        except={["planId", "period", "priceCentavos", "trialDays"]}
      />
      <div class="actions">
        <Button type="submit" kind="primary" busy={start.busy}>
          {t("subscription.start")}
        </Button>
      </div>
    </form>
  );
}

/** Begin a subscription: on trial, or charged from the start. */
export function NewSubscription({ clientId, onStarted }: Omit<FormProps, "plans">) {
  const plans = useResource("plans", activePlans);
  // The smallest plan first: it is what most begin with.
  const items = plans.data && [...plans.data.items].sort((a, b) => leastOf(a) - leastOf(b));
  return (
    <Panel title={t("subscription.new")} icon="repeat">
      <ProblemNote problem={plans.problem} />
      {!items && !plans.problem && <Loading />}
      {items?.length === 0 && (
        <Empty icon="plan" title={t("plan.none")} text={t("plan.noneText")}>
          <ButtonLink href="#/finance/plans">{t("finance.plans")}</ButtonLink>
        </Empty>
      )}
      {items && items.length > 0 && (
        <Form clientId={clientId} plans={items} onStarted={onStarted} />
      )}
    </Panel>
  );
}
