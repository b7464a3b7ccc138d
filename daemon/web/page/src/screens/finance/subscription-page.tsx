import { get, query } from "../../api/http";
import type { Subscription, SubscriptionChange } from "../../api/finance";
import type { Page } from "../../api/types";
import { date, dateTime, money } from "../../i18n";
import { has, t } from "../../i18n/finance";
import { useClientNames, usePlanNames } from "../../state/names";
import { may } from "../../state/session";
import { Loading, PageHead, Panel } from "../../ui/basics";
import { ProblemNote } from "../../ui/form";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";
import { CancelForm, ChangeForm, Steer } from "./subscription-actions";
import { SubscriptionBadge } from "./subscriptions";

function Facts({ one }: { one: Subscription }) {
  const plan = usePlanNames()(one.planId);
  const facts: [string, string | null][] = [
    [t("subscription.plan"), plan],
    [
      t("subscription.period"),
      t("subscription.pricePer", {
        amount: money(one.priceCentavos, one.currency),
        period: t(`billing.${one.period}`),
      }),
    ],
    [t("kpi.mrr"), money(one.mrrCentavos, one.currency)],
    [t("subscription.since"), date(one.startedAt)],
    [t("subscription.trialUntil"), one.trialEndsAt && date(one.trialEndsAt)],
    [
      t("subscription.current"),
      one.periodStart && one.periodEnd && `${date(one.periodStart)} – ${date(one.periodEnd)}`,
    ],
    [t("subscription.endsOn"), one.cancelAt && date(one.cancelAt)],
    [t("subscription.reason"), one.cancelReason && t(`subscription.reason.${one.cancelReason}`)],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) =>
        value ? (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}

function Change({ one, currency }: { one: SubscriptionChange; currency: string }) {
  const plan = usePlanNames()(one.planId);
  const key = `change.${one.kind}`;
  return (
    <li class="list-row">
      <span>
        <b>{has(key) ? t(key) : one.kind}</b>
        <small>
          {plan} ·{" "}
          {t("subscription.pricePer", {
            amount: money(one.priceCentavos, currency),
            period: t(`billing.${one.period}`),
          })}
        </small>
      </span>
      <small class="end">{dateTime(one.at)}</small>
    </li>
  );
}

function History({ one }: { one: Subscription }) {
  const path = `/billing/subscriptions/${one.id}/history${query({ limit: 20 })}`;
  // What happened to it shows in how it stands, so its state is part of the key.
  const key = `${path}#${JSON.stringify(one)}`;
  const list = useResource(key, () => get<Page<SubscriptionChange>>(path));
  return (
    <Panel title={t("subscription.history")} icon="clock">
      <ProblemNote problem={list.problem} />
      {!list.data && !list.problem && <Loading />}
      <ul class="rows">
        {list.data?.items.map((change) => (
          <Change key={change.id} one={change} currency={one.currency} />
        ))}
      </ul>
      <More list={list} path={path} />
    </Panel>
  );
}

/** One subscription: how it stands, what happened to it, and what can be done. */
export function SubscriptionPage({ id }: { id: string }) {
  const found = useResource(id, () => get<Subscription>(`/billing/subscriptions/${id}`));
  const one = found.data;
  const name = useClientNames(one ? [one.clientId] : []);
  if (!one) {
    return (
      <>
        <PageHead title={t("subscription.one")} back="#/finance/subscriptions" />
        <ProblemNote problem={found.problem} />
        {!found.problem && <Loading />}
      </>
    );
  }
  const set = (changed: Subscription) => found.set(() => changed);
  const running = one.status === "active" || one.status === "trialing";
  return (
    <>
      <PageHead
        title={t("subscription.of", { name: name(one.clientId) })}
        back={`#/finance/clients/${one.clientId}`}
      >
        <SubscriptionBadge status={one.status} />
      </PageHead>
      <div class="split">
        <div class="stack">
          <Panel title={t("subscription.one")} icon="repeat">
            <Facts one={one} />
            {may("operator") && <Steer one={one} onChange={set} />}
          </Panel>
          <History one={one} />
        </div>
        {may("operator") && (
          <div class="stack">
            {running && <ChangeForm key={one.planId + one.period} one={one} onChange={set} />}
            {one.status !== "cancelled" && !one.cancelAt && <CancelForm one={one} onChange={set} />}
          </div>
        )}
      </div>
    </>
  );
}
