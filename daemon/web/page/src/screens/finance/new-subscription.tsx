import { useState } from "preact/hooks";
import { activePlans, type Plan } from "../../api/finance";
import { post } from "../../api/http";
import { t } from "../../i18n/finance";
import { Button, ButtonLink, Empty, Loading, Panel } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { ProblemNote, TextField, useAction } from "../../ui/form";
import { useResource } from "../../ui/resource";
import { fitting, OFFER_FIELDS, OfferFields, offerOf, type OfferDraft } from "./offer-fields";

const leastOf = ({ prices }: Plan) => Math.min(...Object.values(prices));

interface FormProps {
  clientId: string;
  plans: Plan[];
  onStarted: () => void;
}

function Form({ clientId, plans, onStarted }: FormProps) {
  const [chosen, setChosen] = useState<OfferDraft>({ planId: "", period: "monthly", price: "" });
  const [trial, setTrial] = useState("");
  const draft = fitting(chosen, plans);
  const start = useAction(async () => {
    const trialDays = trial === "" ? null : Number(trial);
    await post("/billing/subscriptions", { clientId, ...offerOf(draft), trialDays });
    setChosen({ ...draft, price: "" });
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
      <OfferFields draft={draft} plans={plans} onChange={setChosen} problem={start.problem} />
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
      <ProblemNote problem={start.problem} except={[...OFFER_FIELDS, "trialDays"]} />
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
