/** What can be done to a subscription. */
import { useState } from "preact/hooks";
import { activePlans, type BillingPeriod, type Plan, type Subscription } from "../../api/finance";
import { post } from "../../api/http";
import { money } from "../../i18n";
import { t } from "../../i18n/finance";
import { Button, Loading, Panel } from "../../ui/basics";
import { confirm, toast } from "../../ui/feedback";
import { ProblemNote, SelectField, Switch, useAction } from "../../ui/form";
import { centavos, MoneyField } from "../../ui/money-field";
import { useResource } from "../../ui/resource";
import { periodsOf } from "./new-subscription";

interface Props {
  one: Subscription;
  onChange: (changed: Subscription) => void;
}

const MONTHS: Record<BillingPeriod, number> = { monthly: 1, quarterly: 3, yearly: 12 };
const act = (one: Subscription, what: string, body?: unknown) =>
  post<Subscription>(`/billing/subscriptions/${one.id}/${what}`, body);

/** Pause, resume, take a cancellation back, begin again: what its state allows. */
export function Steer({ one, onChange }: Props) {
  const run = useAction(async (what: "pause" | "resume" | "reactivate") => {
    if (what === "pause") {
      const [title, text] = [t("subscription.pauseTitle"), t("subscription.pauseText")];
      if (!(await confirm(title, text, t("subscription.pause")))) return;
    }
    onChange(await act(one, what));
    toast(t("subscription.done"));
  });
  const ending = one.cancelAt !== null && one.status !== "cancelled";
  return (
    <>
      <ProblemNote problem={run.problem} />
      <div class="actions foot">
        {one.status === "active" && (
          <Button small icon="pause" busy={run.busy} onClick={() => void run.run("pause")}>
            {t("subscription.pause")}
          </Button>
        )}
        {one.status === "paused" && (
          <Button
            small
            kind="primary"
            icon="play"
            busy={run.busy}
            onClick={() => void run.run("resume")}
          >
            {t("subscription.resume")}
          </Button>
        )}
        {(ending || one.status === "cancelled") && (
          <Button
            small
            kind="primary"
            icon="refresh"
            busy={run.busy}
            onClick={() => void run.run("reactivate")}
          >
            {t(ending ? "subscription.keep" : "subscription.reactivate")}
          </Button>
        )}
      </div>
    </>
  );
}

/** What a change does to MRR, in words; a plan's price is exact, so this needs no server. */
function Effect({ one, plan, period }: { one: Subscription; plan: Plan; period: BillingPeriod }) {
  const price = plan.prices[period];
  if (price === undefined) return null;
  const gain = Math.round(price / MONTHS[period]) - one.mrrCentavos;
  const amount = money(Math.abs(gain), one.currency);
  const key = gain > 0 ? "upgrade" : gain < 0 ? "downgrade" : "same";
  return <p class="effect">{t(`subscription.${key}`, { amount })}</p>;
}

function Change({ one, onChange, plans }: Props & { plans: Plan[] }) {
  const [planId, setPlanId] = useState(
    plans.some((plan) => plan.id === one.planId) ? one.planId : (plans[0]?.id ?? ""),
  );
  const [wanted, setPeriod] = useState<string>(one.period);
  const [price, setPrice] = useState("");
  const plan = plans.find((other) => other.id === planId);
  const periods = plan ? periodsOf(plan) : [];
  const period = (periods.find(([name]) => name === wanted) ?? periods[0])?.[0] ?? one.period;
  const change = useAction(async () => {
    const body = { planId, period, priceCentavos: centavos(price, "priceCentavos") };
    onChange(await act(one, "change", body));
    toast(t("subscription.changed"));
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void change.run();
      }}
    >
      <SelectField
        label={t("subscription.plan")}
        name="planId"
        value={planId}
        onChange={setPlanId}
        options={plans.map((other) => [other.id, other.name])}
        problem={change.problem}
      />
      <SelectField
        label={t("subscription.period")}
        name="period"
        value={period}
        onChange={setPeriod}
        options={periods}
        problem={change.problem}
      />
      <MoneyField
        label={t("subscription.price")}
        name="priceCentavos"
        value={price}
        onInput={setPrice}
        hint={t("subscription.priceHint")}
        problem={change.problem}
        required={false}
      />
      {plan && one.status === "active" && price === "" && (
        <Effect one={one} plan={plan} period={period} />
      )}
      <p class="quiet-note">{t("subscription.changeHint")}</p>
      <ProblemNote problem={change.problem} except={["planId", "period", "priceCentavos"]} />
      <div class="actions">
        <Button type="submit" kind="primary" busy={change.busy}>
          {t("subscription.confirmChange")}
        </Button>
      </div>
    </form>
  );
}

/** Another plan, period or price. */
export function ChangeForm({ one, onChange }: Props) {
  const plans = useResource("plans", activePlans);
  return (
    <Panel title={t("subscription.change")} icon="plan">
      <ProblemNote problem={plans.problem} />
      {plans.data ? (
        <Change one={one} onChange={onChange} plans={plans.data.items} />
      ) : (
        !plans.problem && <Loading />
      )}
    </Panel>
  );
}

/** End it, now or when what was paid for is used up. */
export function CancelForm({ one, onChange }: Props) {
  const [when, setWhen] = useState("period_end");
  const [reason, setReason] = useState("voluntary");
  const [giveBack, setGiveBack] = useState(false);
  const cancel = useAction(async () => {
    onChange(await act(one, "cancel", { when, reason, giveBack: when === "now" && giveBack }));
    toast(t("subscription.done"));
  });
  return (
    <Panel title={t("subscription.cancel")} icon="close">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void cancel.run();
        }}
      >
        <SelectField
          label={t("subscription.when")}
          name="when"
          value={when}
          onChange={setWhen}
          options={[
            ["period_end", t("subscription.when.period_end")],
            ["now", t("subscription.when.now")],
          ]}
          problem={cancel.problem}
        />
        <SelectField
          label={t("subscription.reason")}
          name="reason"
          value={reason}
          onChange={setReason}
          options={[
            ["voluntary", t("subscription.reason.voluntary")],
            ["payment_failure", t("subscription.reason.payment_failure")],
          ]}
          problem={cancel.problem}
        />
        {when === "now" && (
          <Switch label={t("subscription.giveBack")} checked={giveBack} onChange={setGiveBack} />
        )}
        <ProblemNote problem={cancel.problem} except={["when", "reason"]} />
        <div class="actions">
          <Button type="submit" kind="danger" busy={cancel.busy}>
            {t("subscription.cancel")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
