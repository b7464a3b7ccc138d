import { useState } from "preact/hooks";
import { allPlans, METERS, type Plan } from "../../api/finance";
import { del, patch } from "../../api/http";
import { money, number } from "../../i18n";
import { count, t } from "../../i18n/finance";
import { may } from "../../state/session";
import { Badge, Button, Empty, Loading, Panel } from "../../ui/basics";
import { confirm, toast, toastProblem } from "../../ui/feedback";
import { ProblemNote } from "../../ui/form";
import { useResource } from "../../ui/resource";
import { periodsOf } from "./offer-fields";
import { PlanForm } from "./plan-form";

function Allowances({ plan }: { plan: Plan }) {
  return (
    <dl class="facts">
      {METERS.flatMap((meter) => {
        const included = plan.entitlements[meter];
        if (included === undefined) return [];
        const more = plan.overage[meter];
        return [
          <div key={meter}>
            <dt>{t(`meter.${meter}`)}</dt>
            <dd>
              {included === null ? t("client.unlimited") : number(included)}
              {more !== undefined && included !== null && (
                <small class="under">
                  {t("plan.overageOf", { amount: money(more, plan.currency) })}
                </small>
              )}
            </dd>
          </div>,
        ];
      })}
    </dl>
  );
}

interface CardProps {
  plan: Plan;
  onEdit: () => void;
  onChange: () => void;
}

function Card({ plan, onEdit, onChange }: CardProps) {
  const path = `/billing/plans/${plan.id}`;
  const remove = async () => {
    const sure = await confirm(
      t("plan.deleteTitle", { name: plan.name }),
      t("plan.deleteText"),
      t("plan.delete"),
    );
    if (sure) await del(path).then(onChange, toastProblem);
  };
  const restore = () => patch(path, { status: "active" }).then(onChange, toastProblem);
  return (
    <article class="panel plan-card">
      <header>
        <h2>{plan.name}</h2>
        {plan.status === "archived" && <Badge>{t("plan.archived")}</Badge>}
        {plan.trialDays > 0 && <Badge tone="accent">{count("plan.trialOf", plan.trialDays)}</Badge>}
      </header>
      {plan.description && <p class="quiet-note">{plan.description}</p>}
      <ul class="prices">
        {periodsOf(plan).map(([period, text]) => (
          <li key={period}>{text}</li>
        ))}
      </ul>
      <Allowances plan={plan} />
      {may("owner") && (
        <div class="actions foot">
          <Button small label={t("plan.edit", { name: plan.name })} onClick={onEdit}>
            {t("common.edit")}
          </Button>
          {plan.status === "active" ? (
            <Button
              small
              kind="quiet"
              icon="trash"
              label={`${t("plan.delete")}: ${plan.name}`}
              onClick={() => void remove()}
            />
          ) : (
            <Button small kind="quiet" onClick={() => void restore()}>
              {t("plan.restore")}
            </Button>
          )}
        </div>
      )}
    </article>
  );
}

// From the smallest to the biggest, as a price list reads.
const worth = ({ prices, status }: Plan) =>
  Math.min(...Object.values(prices)) + (status === "archived" ? Number.MAX_SAFE_INTEGER / 2 : 0);

/** What is sold: prices, and what a month of it includes. */
export function Plans() {
  const plans = useResource("plans", allPlans);
  const [editing, setEditing] = useState<Plan | "new" | null>(null);
  const saved = () => {
    setEditing(null);
    toast(t("common.saved"));
    plans.reload();
  };
  if (editing) {
    const plan = editing === "new" ? undefined : editing;
    return (
      <Panel
        title={plan ? t("plan.edit", { name: plan.name }) : t("plan.new")}
        icon="plan"
        class="narrow"
      >
        <PlanForm plan={plan} onSaved={saved} onCancel={() => setEditing(null)} />
      </Panel>
    );
  }
  const items = plans.data && [...plans.data.items].sort((a, b) => worth(a) - worth(b));
  return (
    <>
      <ProblemNote problem={plans.problem} />
      {!items && !plans.problem && <Loading />}
      {items?.length === 0 && (
        <Empty icon="plan" title={t("plan.none")} text={t("plan.noneText")} />
      )}
      {may("owner") && (
        <div class="actions head">
          <Button kind="primary" icon="plus" onClick={() => setEditing("new")}>
            {t("plan.new")}
          </Button>
        </div>
      )}
      <div class="cards">
        {items?.map((plan) => (
          <Card key={plan.id} plan={plan} onEdit={() => setEditing(plan)} onChange={plans.reload} />
        ))}
      </div>
    </>
  );
}
