import { useState } from "preact/hooks";
import { get, post, query } from "../../../api/http";
import { date, money } from "../../../i18n";
import { Badge, Button, Empty, Loading, Panel } from "../../../ui/basics";
import { confirm, toast, toastProblem } from "../../../ui/feedback";
import { ProblemNote, SelectField, TextField, useAction } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import { DataTable } from "../../../ui/table";
import type { Plan, Quote, SubscriptionLife } from "../../api/billing";
import type { Page, Tenant } from "../../api/types";
import { t } from "../../i18n/business";
import { mayWrite } from "../../session";

function Facts({ one }: { one: SubscriptionLife }) {
  const facts: [string, string][] = [
    [t("subscription.plan"), one.plan],
    [t("subscription.mrr"), money(one.mrrCentavos, one.currency)],
    [t("subscription.cost"), money(one.costCentavos, one.currency)],
  ];
  if (one.since) facts.push([t("subscription.since"), date(one.since)]);
  if (one.endsOn) facts.push([t("subscription.ends"), date(one.endsOn)]);
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface ChangeProps {
  tenant: Tenant;
  one: SubscriptionLife;
  onChange: () => void;
}

function QuoteText({ quote, currency }: { quote: Quote; currency: string }) {
  const amount = (centavos: number) => money(centavos, currency || "BRL");
  return (
    <p class="effect" role="status">
      {t("quote.text", {
        kind: t(`move.${quote.kind}`),
        before: amount(quote.previousMrrCentavos),
        after: amount(quote.mrrCentavos),
        credit: amount(quote.creditCentavos),
        charge: amount(quote.chargeCentavos),
      })}
    </p>
  );
}

function Change({ tenant, one, onChange }: ChangeProps) {
  const asked = query({ tier: "retail", resellerId: tenant.resellerId, limit: 200 });
  const plans = useResource(`plans${asked}`, () => get<Page<Plan>>(`/api/plans${asked}`));
  const [planId, setPlanId] = useState("");
  const [on, setOn] = useState("");
  const [reason, setReason] = useState("");
  const [quote, setQuote] = useState<Quote | null>(null);
  const path = `/api/tenants/${tenant.id}/subscription`;
  const body = () => ({ planId, ...(on ? { on } : {}) });
  const ask = useAction(async () => setQuote(await post<Quote>(`${path}/quote`, body())));
  const change = useAction(async () => {
    await post(path, { ...body(), reason });
    toast(t("subscription.done"));
    setQuote(null);
    onChange();
  });
  const problem = change.problem ?? ask.problem;
  const options = (plans.data?.items ?? []).map((plan): [string, string] => [
    plan.id,
    plan.current ? `${plan.name} · ${money(plan.current.baseCentavos)}` : plan.name,
  ]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void (quote ? change.run() : ask.run());
      }}
    >
      <div class="columns">
        <SelectField
          label={t("subscription.choose")}
          name="planId"
          value={planId}
          onChange={(id) => {
            setPlanId(id);
            setQuote(null);
          }}
          options={[["", t("unknown")], ...options]}
          problem={problem}
        />
        <TextField
          label={t("subscription.on")}
          name="on"
          type="date"
          value={on}
          onInput={(day) => {
            setOn(day);
            setQuote(null);
          }}
          hint={t("subscription.onHint")}
          problem={problem}
          required={false}
        />
      </div>
      <TextField
        label={t("subscription.reason")}
        name="reason"
        value={reason}
        onInput={setReason}
        problem={problem}
        required={false}
      />
      {quote && <QuoteText quote={quote} currency={one.currency} />}
      <ProblemNote problem={problem} except={["planId", "on", "reason"]} />
      <div class="actions">
        <Button
          type="submit"
          kind={quote ? "primary" : "plain"}
          busy={ask.busy || change.busy}
          disabled={!planId}
        >
          {t(quote ? "subscription.do" : "subscription.quote")}
        </Button>
      </div>
    </form>
  );
}

function History({ one }: { one: SubscriptionLife }) {
  if (one.moves.length === 0) return null;
  return (
    <>
      <h3>{t("subscription.history")}</h3>
      <DataTable
        title={t("subscription.history")}
        head={[
          t("column.when"),
          t("mrr.kind"),
          t("subscription.plan"),
          t("subscription.mrr"),
          t("subscription.reason"),
        ]}
        numeric={(column) => column === 3}
        rows={one.moves.map((move) => [
          date(move.on),
          t(`move.${move.kind}`),
          move.plan,
          money(move.mrrCentavos, one.currency),
          move.reason,
        ])}
      />
    </>
  );
}

/** What a tenant is subscribed to, and how it came about. */
export function SubscriptionPanel({ tenant }: { tenant: Tenant }) {
  const path = `/api/tenants/${tenant.id}/subscription`;
  const found = useResource(path, () => get<SubscriptionLife>(path));
  const one = found.data;
  const cancel = async () => {
    const title = t("subscription.cancelTitle", { name: tenant.name });
    if (!(await confirm(title, t("subscription.cancelText"), t("subscription.cancel")))) return;
    await post(`${path}/cancel`, {}).then(() => {
      toast(t("subscription.ended"));
      found.reload();
    }, toastProblem);
  };
  const badge = one && one.state !== "none" && (
    <Badge tone={one.state === "active" ? "ok" : "plain"}>{t(`subscription.${one.state}`)}</Badge>
  );
  return (
    <Panel title={t("subscription.title")} icon="repeat" class="form-panel" actions={badge}>
      <ProblemNote problem={found.problem} />
      {!one && !found.problem && <Loading />}
      {one?.state === "none" && (
        <Empty icon="plan" title={t("subscription.none")} text={t("subscription.noneText")} />
      )}
      {one && one.state !== "none" && <Facts one={one} />}
      {one && mayWrite.value && (
        <Change key={one.moves.length} tenant={tenant} one={one} onChange={found.reload} />
      )}
      {one && <History one={one} />}
      {one?.state === "active" && !one.endsOn && mayWrite.value && (
        <div class="actions">
          <Button small kind="danger" onClick={() => void cancel()}>
            {t("subscription.cancel")}
          </Button>
        </div>
      )}
    </Panel>
  );
}
