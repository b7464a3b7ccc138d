/** What can be done to a subscription. */
import { useState } from "preact/hooks";
import { activePlans, type Plan, type Subscription } from "../../api/finance";
import { post } from "../../api/http";
import { money } from "../../i18n";
import { t } from "../../i18n/finance";
import { Button, Loading, Panel } from "../../ui/basics";
import { confirm, toast } from "../../ui/feedback";
import { ProblemNote, SelectField, Switch, useAction } from "../../ui/form";
import { useResource } from "../../ui/resource";
import { fitting, OFFER_FIELDS, OfferFields, offerOf, type OfferDraft } from "./offer-fields";
import { foresee, Foreseen } from "./outlook";

interface Props {
  one: Subscription;
  onChange: (changed: Subscription) => void;
}

const act = (one: Subscription, what: string, body?: unknown) =>
  post<Subscription>(`/billing/subscriptions/${one.id}/${what}`, body);

/** Pause, resume, take a cancellation back, begin again: what its state allows. */
export function Steer({ one, onChange }: Props) {
  const run = useAction(async (what: "pause" | "resume" | "reactivate") => {
    if (what === "pause") {
      const seen = await foresee(one, { action: "pause" });
      const amount = money(Math.max(0, -seen.netCentavos), one.currency);
      const text = t("subscription.pauseText", { amount });
      if (!(await confirm(t("subscription.pauseTitle"), text, t("subscription.pause")))) return;
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

/** What of a draft the daemon can be asked about; null while it changes nothing, or is no offer. */
function stepOf(one: Subscription, draft: OfferDraft): object | null {
  const same = draft.planId === one.planId && draft.period === one.period && draft.price === "";
  try {
    return same ? null : { action: "change", ...offerOf(draft) };
  } catch {
    return null; // the field says what is wrong with the price
  }
}

function Change({ one, onChange, plans }: Props & { plans: Plan[] }) {
  const { planId, period } = one;
  const [chosen, setChosen] = useState<OfferDraft>({ planId, period, price: "" });
  const draft = fitting(chosen, plans);
  const step = stepOf(one, draft);
  const change = useAction(async () => {
    onChange(await act(one, "change", offerOf(draft)));
    toast(t("subscription.changed"));
  });
  const button = (seen: boolean) => (
    <>
      <ProblemNote problem={change.problem} except={OFFER_FIELDS} />
      <div class="actions">
        <Button type="submit" kind="primary" busy={change.busy} disabled={!seen}>
          {t("subscription.confirmChange")}
        </Button>
      </div>
    </>
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void change.run();
      }}
    >
      <OfferFields draft={draft} plans={plans} onChange={setChosen} problem={change.problem} />
      <p class="quiet-note">{t("subscription.changeHint")}</p>
      {step ? (
        <Foreseen one={one} step={step}>
          {button}
        </Foreseen>
      ) : (
        button(false)
      )}
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
  const body = { when, reason, giveBack: when === "now" && giveBack };
  const cancel = useAction(async () => {
    onChange(await act(one, "cancel", body));
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
        <Foreseen one={one} step={{ action: "cancel", ...body }}>
          {(seen) => (
            <>
              <ProblemNote problem={cancel.problem} except={["when", "reason"]} />
              <div class="actions">
                <Button type="submit" kind="danger" busy={cancel.busy} disabled={!seen}>
                  {t("subscription.cancel")}
                </Button>
              </div>
            </>
          )}
        </Foreseen>
      </form>
    </Panel>
  );
}
